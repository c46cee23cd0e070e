import DICOMArchive
import FUSE
import Foundation
import Locks

/// Whether a mount point shows an archive, and which.
struct MountDoctor {
    let mountpoint: String
    /// The archive that should be there; nil for any.
    let archive: [UInt8]?

    func examine() -> [Finding] { [state] }

    private var state: Finding {
        let bytes = ArchiveAccess.bytes(of: mountpoint)
        guard let answer = Self.patiently({ Self.look(at: bytes) }) else {
            return .problem(
                "mount", "\(mountpoint) does not answer within \(Self.patience) seconds",
                remedy: "a source's disk or server may hang; 'dcmfs unmount --lazy \(mountpoint)' takes the mount away")
        }
        switch answer {
        case .unreachable(let reason): return .problem("mount", reason, remedy: "make the folder: mkdir -p \(mountpoint)")
        case .nothing:
            return .problem("mount", "nothing is mounted at \(mountpoint)", remedy: "dcmfs mount \(archiveName) \(mountpoint)")
        case .foreign(let type):
            return .problem(
                "mount", "what is mounted at \(mountpoint) is no dcmfs (\(type))", remedy: "unmount it, or choose another folder")
        case .dead:
            return .problem(
                "mount", "the mount at \(mountpoint) is dead: its process has ended",
                remedy: "dcmfs mount \(archiveName) \(mountpoint) clears it and mounts again; 'dcmfs unmount \(mountpoint)' only clears it")
        case .refused(let code):
            return .problem(
                "mount", "\(mountpoint) is a dcmfs mount that does not let you in: \(String(cString: strerror(code)))",
                remedy: "it belongs to another user; who mounts decides, with -o allow_other")
        case .alive(let source): return alive(source)
        }
    }

    private var archiveName: String { archive.map(shownPath) ?? "ARCHIVE" }

    private func alive(_ source: [UInt8]) -> Finding {
        if let archive, Self.resolved(archive) != source {
            return .problem(
                "mount", "\(mountpoint) shows another archive: \(shownPath(source))",
                remedy: "dcmfs unmount \(mountpoint), then dcmfs mount \(shownPath(archive)) \(mountpoint)")
        }
        if let reason = Archive.distrust(path: source) {
            return .note(
                "mount", "\(mountpoint) shows \(shownPath(source)), which is used only where the mount says so: \(reason)",
                remedy: "mount it with -o trust_archive if you trust everyone who can write it, or take it away from the others (chown, chmod)")
        }
        return .good("mount", "\(mountpoint) shows \(shownPath(source))")
    }

    private enum Answer {
        case unreachable(String)
        case nothing
        case foreign(String)
        case dead
        case refused(CInt)
        case alive([UInt8])
    }

    private static func look(at path: [UInt8]) -> Answer {
        let point: MountPoint
        do throws(MountError) { point = try MountPoint(resolving: path) } catch { return .unreachable(error.description) }
        guard let entry = MountTable.current().top(at: point.path) else { return .nothing }
        let type = String(decoding: entry.type, as: UTF8.self)
        guard type == "fuse.\(MountCommand.subtype)" else { return .foreign(type) }
        let directory = opendir(point.path.map { CChar(bitPattern: $0) } + [0])
        guard let directory else { return errno == ENOTCONN ? .dead : .refused(errno) }
        closedir(directory)
        return .alive(entry.source)
    }

    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        guard let resolved = realpath(path.map { CChar(bitPattern: $0) } + [0], nil) else { return path }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }

    /// Seconds.
    private static let patience = 5

    /// The answer, or nil when it does not come; the thread that waits for it is then left behind.
    private static func patiently(_ body: @escaping @Sendable () -> Answer) -> Answer? {
        let box = Box()
        let done = DispatchSemaphore(value: 0)
        let isStarted = DetachedThread.start {
            let answer = body()
            box.answer.withLock { $0 = answer }
            done.signal()
        }
        guard isStarted, done.wait(timeout: .now() + .seconds(patience)) == .success else { return nil }
        return box.answer.withLock { $0 }
    }

    private final class Box: Sendable {
        let answer = Mutex<Answer?>(nil)
    }
}
