import DICOMTree
import FUSE
import Glibc
import Locks

/// Looks after the archive of a mount: tells the kernel what has changed, and knows what is free on its disk.
///
/// A thread of its own looks every half second, which takes some 20 us; changes show within a second then, however long the kernel
/// was told to keep what it has.
final class ArchiveWatch: Sendable {
    private let tree: VirtualTree
    private let folder: [CChar]
    private static let interval: UInt32 = 500_000
    /// How far back changes are looked for: the time of a commit is that of its beginning. Nanoseconds.
    private static let margin: Int64 = 60_000_000_000

    init(_ tree: VirtualTree, archive: [UInt8]) {
        self.tree = tree
        let end = archive.lastIndex(of: UInt8(ascii: "/")) ?? archive.startIndex
        folder = archive[..<end].map { CChar(bitPattern: $0) } + [UInt8(ascii: "/"), 0].map { CChar(bitPattern: $0) }
    }

    /// From now on the kernel is told. Without a thread for it the kernel is left to its timeouts.
    func attach(_ notifier: any KernelNotifier) {
        _ = PlainThread.start { [weak self] in
            var last: Int64?
            var since = Self.now()
            while let self {
                usleep(Self.interval)
                let now = Self.now()
                last = self.look(last, since: since - Self.margin, notifier)
                since = now
            }
        }
    }

    /// The number of the archive's state as of now. What cannot be asked at the moment is asked again.
    private func look(_ last: Int64?, since time: Int64, _ notifier: any KernelNotifier) -> Int64? {
        do {
            let counter = try tree.source.changeCounter()
            guard let last, last != counter else { return counter }
            for change in try tree.changes(since: time) {
                switch change {
                case .directory(let id): notifier.invalidate(id.rawValue)
                case .name(let name, let id): notifier.forget(name: name, in: id.rawValue)
                }
            }
            return counter
        } catch {
            return last
        }
    }

    /// Of the disk that the archive lies on; nothing where it cannot be asked.
    func freeSpace() -> (bytes: Int, files: Int) {
        var answer = statvfs()
        guard statvfs(folder, &answer) == 0 else { return (0, 0) }
        let (bytes, isTooMuch) = Int(clamping: answer.f_bavail).multipliedReportingOverflow(by: Int(clamping: answer.f_frsize))
        return (isTooMuch ? .max / 2 : bytes, Int(clamping: answer.f_favail))
    }

    private static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }
}
