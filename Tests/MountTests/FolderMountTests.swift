import Foundation
import Glibc
import TestSupport
import Testing

/// `dcmfs mount FOLDER MOUNTPOINT`, and what a mount says of its archive.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct FolderMountTests {
    private func run(_ script: String, _ tree: MountedTree) throws -> Finished {
        let program = MountedTree.program("dcmfs")
        return try Finished.run("/bin/sh", ["-c", "cd \"$1\" && export XDG_CACHE_HOME=$1/cache; dcmfs() { '\(program)' \"$@\"; }; " + script, "sh", tree.folder])
    }

    @Test func `a folder is indexed into the user's cache folder and mounted, in one step`() throws {
        let tree = try MountedTree(indexing: [])
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/ct", toPath: tree.folder + "/in put")
        let first = try run("umask 0; dcmfs mount 'in put' mount", tree)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("found "))
        #expect(try tree.files("patients").contains { $0.hasSuffix("/00001.png") })
        let folder = try #require(MountedTree.status(tree.folder + "/cache/dcmfs"))
        #expect(folder.st_mode & 0o777 == 0o700)
        let archives = try MountedTree.files(in: tree.folder + "/cache/dcmfs").filter { $0.hasSuffix(".db") }
        #expect(archives.count == 1 && archives.allSatisfy { MountedTree.status($0).map { $0.st_mode & 0o777 } == 0o600 })
        try tree.unmount()
        // The next time nothing is read again, however the folder is named.
        let second = try run("dcmfs mount \"$1/./in put/\" mount", tree)
        #expect(second.status == 0 && second.output.contains("unchanged"), "\(second.output)\(second.errors)")
        #expect(try MountedTree.files(in: tree.folder + "/cache/dcmfs").filter { $0.hasSuffix(".db") } == archives)
        try tree.unmount()
    }

    @Test func `a folder is not mounted over itself, nor indexed where others could read the index`() throws {
        let tree = try MountedTree(indexing: [])
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/ct", toPath: tree.folder + "/mount/in")
        for point in ["mount/in", "mount"] {
            let run = try run("dcmfs mount mount/in \(point) -o nonempty", tree)
            #expect(run.status == 2 && run.errors.contains("would hide the folder"), "\(run.errors)")
        }
        #expect(access(tree.folder + "/cache", F_OK) != 0)
        let linked = try run("mkdir -p cache elsewhere point && ln -s ../elsewhere cache/dcmfs && dcmfs mount mount/in point", tree)
        #expect(linked.status == 1 && !linked.errors.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.folder + "/elsewhere").isEmpty)
        let empty = try run("rm cache/dcmfs; dcmfs mount elsewhere point", tree)
        #expect(empty.status == 1 && empty.errors.contains("could not be indexed"), "\(empty.errors)")
    }

    @Test func `an archive that vanishes is in the log at once, and so is its return`() throws {
        let tree = try MountedTree(indexing: [Corpus.projectRoot + "/Fixtures/ct"])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", tree.archive, tree.point]
        let log = tree.folder + "/log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        #expect(MountedTree.wait { tree.isMounted })
        func logged(_ text: String) -> Bool { String(decoding: Corpus.bytes(log), as: UTF8.self).contains(text) }
        // Nobody looks into the mount meanwhile.
        try FileManager.default.moveItem(atPath: tree.archive, toPath: tree.folder + "/away.db")
        #expect(MountedTree.wait(seconds: 20) { logged("the archive \(tree.archive) was removed or replaced") })
        try FileManager.default.moveItem(atPath: tree.folder + "/away.db", toPath: tree.archive)
        #expect(MountedTree.wait(seconds: 20) { logged("the archive \(tree.archive) is back") })
    }

    /// The automounter lets only its own process group reach the mount point until it is mounted; who left the group waits for ever.
    @Test(.enabled(if: getuid() == 0 && Finished.find("strace") != nil)) func `a mount leaves the caller's session only when it is there, as autofs needs it`()
        throws
    {
        let tree = try MountedTree(indexing: [Corpus.projectRoot + "/Fixtures/ct"])
        let log = tree.folder + "/trace"
        let strace = try #require(Finished.find("strace"))
        let words = ["-f", "-e", "trace=setsid,mount", "-o", log, MountedTree.program("dcmfs"), "mount", tree.archive, tree.point]
        // It follows the process that stays, and ends with it.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: strace)
        process.arguments = words
        for keyPath in [\Process.standardInput, \Process.standardOutput, \Process.standardError] { process[keyPath: keyPath] = FileHandle.nullDevice }
        try process.run()
        // Until the caller has looked, too: so long the mount is in use.
        #expect(
            MountedTree.wait {
                let trace = String(decoding: Corpus.bytes(log), as: UTF8.self)
                return trace.contains("setsid(") && trace.contains("+++ exited with 0 +++") && tree.isMounted
            })
        let lines = String(decoding: Corpus.bytes(log), as: UTF8.self).split(separator: "\n")
        let mounted = try #require(lines.firstIndex { $0.contains(" mount(") && $0.contains("fuse") })
        let detached = try #require(lines.firstIndex { $0.contains("setsid(") })
        #expect(mounted < detached)
        try tree.unmount()
        process.waitUntilExit()
    }
}
