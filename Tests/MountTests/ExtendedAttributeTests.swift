import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures"

/// `-o xattr`.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct ExtendedAttributeTests {
    /// What Python prints; `p` is the path.
    private func python(_ expression: String, _ path: String) throws -> String? {
        guard let python = Finished.find("python3") else {
            print("extended attributes are not asked for: no python3")
            return nil
        }
        let script = """
            import os, sys, errno, ctypes
            p = sys.argv[1]
            c = ctypes.CDLL(None, use_errno=True)
            def get(name, size): return c.getxattr(p.encode(), name, ctypes.create_string_buffer(max(1, size)), size), errno.errorcode.get(ctypes.get_errno())
            def names(size): return c.listxattr(p.encode(), ctypes.create_string_buffer(max(1, size)), size), errno.errorcode.get(ctypes.get_errno())
            try: print(\(expression))
            except OSError as e: print(errno.errorcode[e.errno])
            """
        return try Finished.run(python, ["-c", script, path]).output
    }

    private func attributes(_ path: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try python("'\\n'.join(n + '=' + os.fsdecode(os.getxattr(p, n)) for n in os.listxattr(p))", path)?.split(separator: "\n") ?? [] {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    @Test func `files and folders carry what the index knows, even when the sources are gone`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try FileManager.default.copyItem(atPath: fixtures + "/ct", toPath: sources)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, sources]).status == 0)
        try tree.mount(["-o", "xattr"])
        let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        guard try python("1", file) != nil else { return }
        try FileManager.default.removeItem(atPath: sources)
        let header = try attributes(file)
        #expect(header["user.dicom.Modality"] == "CT")
        #expect(header["user.mime_type"] == "application/dicom")
        #expect(header["user.dicom.SourcePath"]?.hasPrefix(sources + "/") == true)
        for keyword in ["PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "TransferSyntaxUID"] {
            #expect(header["user.dicom." + keyword]?.isEmpty == false, "\(keyword)")
        }
        for suffix in ["png", "jpg", "txt"] {
            let other = try attributes(file.dropLast(3) + suffix)
            #expect(other["user.dicom.SOPInstanceUID"] == header["user.dicom.SOPInstanceUID"])
            #expect(other["user.mime_type"] != header["user.mime_type"])
        }
        let series = (file as NSString).deletingLastPathComponent
        let study = (series as NSString).deletingLastPathComponent
        #expect(try attributes(series)["user.dicom.SeriesInstanceUID"] == header["user.dicom.SeriesInstanceUID"])
        #expect(try attributes(series)["user.dicom.SOPInstanceUID"] == nil)
        #expect(try attributes(study)["user.dicom.StudyInstanceUID"] == header["user.dicom.StudyInstanceUID"])
        #expect(try attributes((study as NSString).deletingLastPathComponent)["user.dicom.PatientID"] == header["user.dicom.PatientID"])
        #expect(try attributes(tree.point).isEmpty)
        #expect(tree.processes(named: "dcmfs-worker").isEmpty)
    }

    @Test func `sizes, errors and refusals are those of every filesystem`() throws {
        let tree = try MountedTree(mounting: [fixtures + "/ct"], options: ["-o", "xattr"])
        let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let table = [
            ("get(b'user.mime_type', 0)[0]", "17"), ("get(b'user.mime_type', 17)[0]", "17"), ("get(b'user.mime_type', 16)", "(-1, 'ERANGE')"),
            ("names(0)[0] == len(b''.join(n.encode() + b'\\0' for n in os.listxattr(p)))", "True"), ("names(5)", "(-1, 'ERANGE')"),
            ("os.getxattr(p, 'user.none')", "ENODATA"), ("os.getxattr(p, 'user.dicom.PixelData')", "ENODATA"),
            ("os.getxattr(p, 'security.selinux')", "ENODATA"), ("os.getxattr(p, 'trusted.dicom.PatientID')", "ENODATA"),
            ("os.setxattr(p, 'user.a', b'b')", "EROFS"), ("os.removexattr(p, 'user.mime_type')", "EROFS"),
        ]
        for (expression, expected) in table {
            guard let result = try python(expression, file) else { return }
            #expect(result == expected + "\n", "\(expression)")
        }
    }

    /// `--chmod`: with `-X`, rsync of an ordinary user writes into no folder that came without write permission.
    @Test(arguments: [("rsync", ["-aX", "--chmod=Du+w"]), ("cp", ["-a"])]) func `copying programs take them along`(program: String, options: [String])
        throws
    {
        guard let copy = Finished.find(program), let getfattr = Finished.find("getfattr") else {
            print("copies with extended attributes are not tried: no \(program) or getfattr")
            return
        }
        let tree = try MountedTree(mounting: [fixtures + "/ct"], options: ["-o", "xattr"])
        let (from, to) = (tree.point + "/patients", tree.folder + "/copy")
        let result = try Finished.run(copy, options + [from + (program == "rsync" ? "/" : ""), to])
        #expect(result.status == 0, "\(result.errors)")
        var count = 0
        for path in try tree.files("patients") {
            let shown = try Finished.run(getfattr, ["-d", "--absolute-names", path]).output
            let copied = try Finished.run(getfattr, ["-d", "--absolute-names", to + path.dropFirst(from.count)]).output
            #expect(shown.contains("user.dicom.PatientID="))
            #expect(copied.split(separator: "\n").dropFirst() == shown.split(separator: "\n").dropFirst())
            count += 1
        }
        #expect(count > 3)
    }
}
