import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures/ct"

/// Nothing can be changed, and wrong questions get the errors POSIX has for them.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct RefusalTests {
    @Test func `D20 every way to change something says read-only filesystem`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let file = try #require(try tree.files("patients").first)
        let folder = String(file[..<file.lastIndex(of: "/")!])
        let new = folder + "/new"
        let outside = tree.folder + "/outside"
        let before = try MountedTree.contents(file)
        let table: [(String, () -> CInt)] = [
            ("open for writing", { Self.open(file, O_WRONLY) }),
            ("open for both", { Self.open(file, O_RDWR) }),
            ("open truncating", { Self.open(file, O_RDONLY | O_TRUNC) }),
            ("create", { Self.open(new, O_WRONLY | O_CREAT) }),
            ("create exclusively", { Self.open(new, O_WRONLY | O_CREAT | O_EXCL) }),
            ("mkdir", { mkdir(new, 0o700) }),
            ("mknod", { mknod(new, S_IFREG | 0o600, 0) }),
            ("mkfifo", { mkfifo(new, 0o600) }),
            ("symlink", { symlink("a", new) }),
            ("link", { link(file, new) }),
            ("rename", { rename(file, new) }),
            ("unlink", { unlink(file) }),
            ("rmdir", { rmdir(folder) }),
            ("chmod", { chmod(file, 0o600) }),
            ("chown", { chown(file, 1, 1) }),
            ("truncate", { truncate(file, 0) }),
            ("utimes", { utimes(file, nil) }),
            ("write access", { access(file, W_OK) }),
        ]
        for (what, attempt) in table {
            errno = 0
            #expect(attempt() == -1, "\(what)")
            #expect(errno == EROFS, "\(what): \(String(cString: strerror(errno)))")
        }
        #expect(rename(outside, new) == -1)
        // On a name that is there, these say so first.
        #expect(Self.open(file, O_WRONLY | O_CREAT | O_EXCL) == -1 && errno == EEXIST)
        #expect(mkdir(folder, 0o700) == -1 && errno == EEXIST)
        #expect(Self.open(folder, O_WRONLY) == -1 && errno == EISDIR)
        #expect(try MountedTree.contents(file) == before)
    }

    @Test func `wrong paths get their errors`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let long = String(repeating: "n", count: 256)
        let table: [(String, CInt)] = [
            (tree.point + "/nothing", ENOENT), (tree.point + "/patients/nothing/x", ENOENT), (file + "x", ENOENT),
            (file + "/x", ENOTDIR), (tree.point + "/" + long, ENAMETOOLONG), (tree.point + "/patients/" + long, ENAMETOOLONG),
            (tree.point + "/" + String(long.dropLast()), ENOENT), (tree.point + "/PATIENTS", ENOENT),
        ]
        for (path, expected) in table {
            errno = 0
            #expect(MountedTree.status(path) == nil)
            #expect(errno == expected, "\(path): \(String(cString: strerror(errno)))")
        }
        var byte: UInt8 = 0
        let folder = Self.open(tree.point, O_RDONLY)
        #expect(read(folder, &byte, 1) == -1 && errno == EISDIR)
        close(folder)
    }

    @Test func `there are no extended attributes, which an empty list says`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let file = try #require(try tree.files("patients").first)
        guard let python = Finished.find("python3") else { return }
        let calls = ["getxattr(p, 'user.a')", "listxattr(p)", "setxattr(p, 'user.a', b'b')", "removexattr(p, 'user.a')"]
        let errors = try calls.map { call in
            let script = "import os, sys, errno\np = sys.argv[1]\ntry: print(os.\(call))\nexcept OSError as e: print(errno.errorcode[e.errno])"
            return try Finished.run(python, ["-c", script, file]).output
        }
        #expect(errors == ["ENOTSUP\n", "[]\n", "EROFS\n", "EROFS\n"])
    }

    @Test func `the whole shows up as a read-only filesystem of its archive`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        var status = statvfs()
        #expect(statvfs(tree.point, &status) == 0)
        #expect(status.f_namemax == 255)
        #expect(status.f_blocks > 0)
        #expect(Int(status.f_flag) & ST_RDONLY != 0)
        let line = MountedTree.mountTable.split(separator: "\n").first { $0.contains(" \(tree.point) ") } ?? ""
        #expect(line.contains("fuse.dcmfs \(tree.archive) "))
        for word in ["ro", "nosuid", "nodev", "noexec", "default_permissions"] { #expect(line.contains(word)) }
        #expect(!line.contains("allow_other"))
    }

    private static func open(_ path: String, _ flags: CInt) -> CInt {
        Glibc.open(path, flags, 0o600)
    }
}
