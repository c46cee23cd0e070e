import Foundation
import Glibc

/// A folder seen through a filesystem that fails on demand (`dcmfs-faultfs`): a disk, a network share, a tape.
package final class FailingDisk {
    package static var isPossible: Bool {
        MountedTree.isPossible && access(MountedTree.program("dcmfs-faultfs"), X_OK) == 0 && Finished.find("fusermount3") != nil
    }

    /// What befalls an operation; see faultfs.c.
    package enum Fault: String {
        case eio, estale, enoent, emfile, short, stall, slow, late, empty, cut, broken
        case estaleOnce = "estale-once"
    }
    package enum Operation: String {
        case open, read, list
    }

    /// Where the files are seen.
    package let path: String
    private let control: String
    private let process = Process()

    /// Shows `backing` at `path`, which is made.
    package init(showing backing: String, at path: String) throws {
        self.path = path
        control = path + ".faults"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try set([])
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs-faultfs"))
        process.arguments = [backing, control, path]
        try process.run()
        guard MountedTree.wait(seconds: 10, { isMounted }) else { throw MountedTree.Failure("faultfs did not mount") }
    }

    /// From now on these befall the files whose paths contain the text.
    package func set(_ faults: [(Operation, Fault, String)]) throws {
        let lines = faults.map { "\($0.0.rawValue) \($0.1.rawValue) \($0.2)\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: control), options: .atomic)
    }

    /// As pulling the plug: what is open fails, what is at the path is an empty folder.
    package func pull() {
        _ = try? Finished.run("/bin/fusermount3", ["-u", "-z", path])
    }

    private var isMounted: Bool {
        MountedTree.mountTable.contains(" \(path) ")
    }

    deinit {
        try? set([])
        if isMounted { pull() }
        process.terminate()
        process.waitUntilExit()
    }
}
