import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures"

@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct FindMountTests {
    @Test func `queries and views of the user show the files of elsewhere`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let views = tree.folder + "/my.views"
        try "# mine\nmine = /{Modality}/{PatientID} {SeriesInstanceUID}\n".write(toFile: views, atomically: true, encoding: .utf8)
        try tree.mount(["-o", "views=\(views)", "-o", "views=orthanc"])
        let file = try #require(try tree.files("modalities/CT").first { $0.hasSuffix(".dcm") })
        let inode = try #require(MountedTree.status(file)).st_ino
        for folder in ["find/Modality=CT", "find/Modality=C*/PatientID=*", "mine/CT", "orthanc", "uids", "with/size=64/find/Modality=CT"] {
            #expect(try tree.files(folder).contains { MountedTree.status($0)?.st_ino == inode }, "\(folder)")
        }
        #expect(MountedTree.status(file)?.st_nlink == 1)
        #expect(try tree.files("find/Modality=none").isEmpty)
        errno = 0
        #expect(MountedTree.status(tree.point + "/find/Nothing=1") == nil && errno == ENOENT)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: tree.point).contains("find"))
        let readme = tree.point + "/find/README.txt"
        #expect(try MountedTree.contents(readme).count == Int(#require(MountedTree.status(readme)).st_size))
    }

    @Test func `a bad line of a file of views is named, and nothing is mounted`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let views = tree.folder + "/my.views"
        try "good = /{PatientID}\nbad = /{Patient}\n".write(toFile: views, atomically: true, encoding: .utf8)
        for (option, message) in [(views, "my.views:2: unknown keyword {Patient}"), ("/nothing/there", "nbia"), ("idc,views=idc", "two views")] {
            let result = try tree.tryMount(["-o", "views=\(option)"])
            #expect(result.status == 2)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }
}

/// `ls`, `cat`, `export` and `find`: the tree without a mount.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TreeCommandTests {
    private func run(_ arguments: [String]) throws -> Finished { try Finished.run(MountedTree.program("dcmfs"), arguments) }

    @Test(.enabled(if: MountedTree.isPossible)) func `what is exported is what a mount shows: names, bytes and times`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let copy = tree.folder + "/copy"
        let result = try run(["export", "-r", "--as-mounted", tree.archive, "patients", copy])
        let shown = try tree.files("patients")
        var failed = 0
        for path in shown {
            let other = copy + path.dropFirst((tree.point + "/patients").count)
            guard let bytes = try? MountedTree.contents(path) else {
                failed += 1
                #expect(MountedTree.status(other) == nil)
                #expect(result.errors.contains((path as NSString).lastPathComponent))
                continue
            }
            #expect(try MountedTree.contents(other) == bytes, "\(path)")
            let (mounted, copied) = (try #require(MountedTree.status(path)), try #require(MountedTree.status(other)))
            #expect(mounted.st_mtim.tv_sec == copied.st_mtim.tv_sec && mounted.st_mtim.tv_nsec == copied.st_mtim.tv_nsec)
        }
        #expect(result.status == (failed == 0 ? 0 : 1))
        #expect(try MountedTree.files(in: copy).count == shown.count - failed)
        let listed = try run(["ls", "-R", tree.archive, "patients"]).output.split(separator: "\n").filter { !$0.hasSuffix("/") }
        #expect(Set(listed.map(String.init)) == Set(shown.map { String($0.dropFirst((tree.point + "/patients/").count)) }))
    }

    @Test func `export replaces nothing unless told, leaves no half file and takes folders only with -r`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let path = try #require(try run(["ls", "-R", tree.archive, "uids"]).output.split(separator: "\n").first { $0.hasSuffix(".txt") })
        let target = tree.folder + "/text"
        #expect(try run(["export", tree.archive, "uids/\(path)", target]).status == 0)
        let bytes = try MountedTree.contents(target)
        #expect(try run(["cat", tree.archive, "uids/\(path)"]).output.utf8.elementsEqual(bytes))
        try "mine".write(toFile: target, atomically: true, encoding: .utf8)
        let refused = try run(["export", tree.archive, "uids/\(path)", target])
        #expect(refused.status == 1 && refused.errors.contains("exists"))
        #expect(try MountedTree.contents(target) == Array("mine".utf8))
        #expect(try run(["export", "--force", tree.archive, "uids/\(path)", target]).status == 0)
        #expect(try MountedTree.contents(target) == bytes)
        #expect(try run(["export", tree.archive, "uids", tree.folder + "/x"]).status == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.folder).allSatisfy { !$0.contains("dcmfs-export") })
    }

    @Test func `a source that is lost is named, the rest is copied, the exit code says so`() throws {
        let tree = try MountedTree(indexing: [])
        try DirectoryTests.manyInstances(3, at: tree.folder + "/many")
        #expect(try run(["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/many"]).status == 0)
        try FileManager.default.removeItem(atPath: tree.folder + "/many/2")
        let result = try run(["export", "-r", tree.archive, "patients", tree.folder + "/copy"])
        #expect(result.status == 1 && result.errors.contains("00002.dcm") && result.errors.contains("files not copied"))
        #expect(try MountedTree.files(in: tree.folder + "/copy").count == 4)
    }

    @Test func `find answers with lines, JSON and CSV`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let lines = try run(["find", tree.archive, "Modality=CT"]).output.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("patients/") })
        #expect(
            try run(["find", tree.archive, "Modality=CT", "--paths", "/mnt"]).output.split(separator: "\n").map { "/mnt/" + $0.dropFirst(5) }
                == lines.map { "/mnt/" + $0 })
        let json = try run(["find", tree.archive, "Modality=CT", "--json"]).output.split(separator: "\n")
        #expect(json.count == lines.count)
        for line in json { #expect((try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["Modality"] as? String == "CT") }
        let csv = try run(["find", tree.archive, "Modality=CT", "--csv"]).output.split(whereSeparator: \.isNewline)
        #expect(csv.count == lines.count + 1 && csv[0].hasPrefix("Path,PatientID,"))
        for path in lines { #expect(try run(["ls", tree.archive, String(path)]).output.contains(".dcm")) }
        for wrong in [["Modality"], ["Nothing=1"], ["--json", "--csv"]] { #expect(try run(["find", tree.archive] + wrong).status == 2) }
    }

    @Test func `wrong paths are errors`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        #expect(try run(["ls", tree.archive, "nothing"]).status == 1)
        #expect(try run(["cat", tree.archive, "patients"]).errors.contains("is a directory"))
        #expect(try run(["cat", tree.archive, "README.txt/x"]).errors.contains("not a directory"))
        #expect(try run(["ls", tree.folder + "/none.db"]).status == 1)
    }
}
