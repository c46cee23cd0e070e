import DICOMArchive
import Foundation

/// Says at once, not when somebody happens to look, that the archive of a mount was removed or replaced, and when it is back.
enum ArchiveAttendant {
    /// Microseconds between looks: one stat each.
    private static let interval: UInt32 = 1_000_000

    static func start(_ archive: Archive, log: @escaping @Sendable (String) -> Void) {
        let path = shownPath(archive.path)
        Thread.detachNewThread {
            var wasGone = false
            while true {
                usleep(interval)
                let isGone = archive.isReplaced
                guard isGone != wasGone else { continue }
                wasGone = isGone
                log(
                    isGone
                        ? "the archive \(path) was removed or replaced by another file; everything answers I/O errors until it is back or mounted anew"
                        : "the archive \(path) is back")
            }
        }
    }
}
