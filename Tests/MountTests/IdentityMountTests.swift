import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// What a mount of root shows to others must be what was indexed.
@Suite(.enabled(if: MountedTree.isPossible && getuid() == 0, "needs mounts and root"))
struct IdentityMountTests {
    private func dicom(_ number: Int, size: Int = 3000) -> Data {
        var file = DICOMWriter(.explicitLittle)
        file.identity()
        file.element(.instanceNumber, .IS, "\(number)")
        file.element(.pixelData, .OW, [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
        return Data(file.part10("1.2.840.10008.1.2.1"))
    }

    private func error(_ path: String) -> POSIXErrorCode? {
        do {
            _ = try MountedTree.contents(path)
            return nil
        } catch {
            return (error as? POSIXError)?.code
        }
    }

    /// A tree over one file in `sources/dicom`, not mounted yet.
    private func indexed() throws -> MountedTree {
        let tree = try MountedTree(indexing: [])
        let outside = tree.folder + "-outside/home/dicom"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try dicom(1).write(to: URL(fileURLWithPath: outside + "/shadow"))
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, outside]).status == 0)
        return tree
    }

    @Test(arguments: ["dicom", ""])
    func `a mount of root shows no file that took the place of a source, and says which folder is another one`(link: String) throws {
        let tree = try indexed()
        let home = tree.folder + "-outside/home"
        defer { try? FileManager.default.removeItem(atPath: tree.folder + "-outside") }
        let source = home + "/dicom/shadow"
        var before = try #require(MountedTree.status(source))
        // A secret of the same size and time, in a folder of its own.
        let secret = tree.folder + "-outside/etc" + (link.isEmpty ? "/dicom" : "")
        try FileManager.default.createDirectory(atPath: secret, withIntermediateDirectories: true)
        try Data(repeating: 0x73, count: Int(before.st_size)).write(to: URL(fileURLWithPath: secret + "/shadow"))
        withUnsafePointer(to: &before) { _ = utimensat(AT_FDCWD, secret + "/shadow", [$0.pointee.st_atim, $0.pointee.st_mtim], 0) }
        try tree.mount(["-o", "allow_other,nostrict,show=dcm"])
        let file = try #require(try tree.files("patients").first)
        #expect(error(file) == nil)
        let place = link.isEmpty ? home : home + "/" + link
        #expect(rename(place, place + "-away") == 0)
        #expect(symlink(tree.folder + "-outside/etc", place) == 0)
        #expect(error(file) == .EIO)
        #expect(try tree.files("patients") == [file])
        let problems = try Finished.run(MountedTree.program("dcmfs"), ["problems", tree.archive])
        #expect(problems.output.contains("other-folder\t\(home)/dicom\t"))
        let verify = try Finished.run(MountedTree.program("dcmfs"), ["verify", tree.archive])
        #expect(verify.status == 3 && verify.output.contains("another folder"))
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--names=plain", tree.archive, home + "/dicom"])
        #expect(index.status == 1 && index.errors.contains(place))
        // Put back, it is served at once.
        #expect(unlink(place) == 0 && rename(place + "-away", place) == 0)
        #expect(error(file) == nil)
    }

    @Test func `a mount of root for others is strict unless it is told otherwise`() throws {
        let tree = try indexed()
        defer { try? FileManager.default.removeItem(atPath: tree.folder + "-outside") }
        let source = tree.folder + "-outside/home/dicom/shadow"
        for (options, isServed) in [("allow_other", false), ("allow_other,nostrict", true), ("show=dcm", true), ("strict", false)] {
            #expect(chmod(source, 0o600) == 0)
            #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "-outside/home/dicom"]).status == 0)
            try tree.mount(["-o", options])
            let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
            #expect(error(file) == nil)
            #expect(chmod(source, 0o640) == 0)
            #expect(error(file) == (isServed ? nil : .EIO), "\(options)")
            let report = try MountedTree.contents(tree.point + "/problems/touched.txt")
            #expect(String(decoding: report, as: UTF8.self).contains(source), "\(options)")
            try tree.unmount()
        }
    }

    @Test func `a mount says once where size and time alone decide`() throws {
        let tree = try MountedTree(indexing: [])
        let backing = tree.folder + "-backing"
        defer { try? FileManager.default.removeItem(atPath: backing) }
        try FileManager.default.createDirectory(atPath: backing, withIntermediateDirectories: true)
        try dicom(1).write(to: URL(fileURLWithPath: backing + "/1"))
        try #require(FailingDisk.isPossible)
        let disk = try FailingDisk(showing: backing, at: tree.folder + "-disk")
        defer { disk.pull() }
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, disk.path]).status == 0)
        let process = Process()
        let messages = Pipe()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", "-o", "allow_other,show=dcm", tree.archive, tree.point]
        process.standardError = messages
        try process.run()
        #expect(MountedTree.wait { tree.isMounted })
        let file = try #require(try tree.files("patients").first)
        #expect(chmod(backing + "/1", 0o600) == 0)
        #expect(error(file) == nil)
        process.terminate()
        let text = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.components(separatedBy: "keeps no inode numbers").count == 2, "\(text)")
    }
}
