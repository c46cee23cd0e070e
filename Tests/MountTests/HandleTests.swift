import Foundation
import Glibc
import TestSupport
import Testing

/// File handles, as NFS servers keep them (name_to_handle_at(2)): only root may open them.
@Suite(.serialized, .enabled(if: MountedTree.isPossible && getuid() == 0 && Finished.find("python3") != nil), .timeLimit(.minutes(3)))
struct HandleTests {
    /// `take PATH...` prints handles, `open MOUNT HANDLE...` prints what each leads to: its inode number, or the errno.
    private static let script = """
        import ctypes, errno, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        class Handle(ctypes.Structure):
            _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int), ("bytes", ctypes.c_ubyte * 128)]
        if sys.argv[1] == "take":
            for path in sys.argv[2:]:
                handle, mount = Handle(128), ctypes.c_int()
                if libc.name_to_handle_at(-100, os.fsencode(path), ctypes.byref(handle), ctypes.byref(mount), 0) != 0:
                    sys.exit(errno.errorcode[ctypes.get_errno()])
                print(f"{handle.kind}:{bytes(handle.bytes[:handle.size]).hex()}")
        else:
            mount = os.open(sys.argv[2], os.O_RDONLY)
            # What the kernel still has of them is not what this is about.
            open("/proc/sys/vm/drop_caches", "w").write("2")
            for text in sys.argv[3:]:
                kind, data = text.split(":")
                data = bytes.fromhex(data)
                handle = Handle(len(data), int(kind), (ctypes.c_ubyte * 128)(*data))
                file = libc.open_by_handle_at(mount, ctypes.byref(handle), os.O_RDONLY)
                print(errno.errorcode[ctypes.get_errno()] if file < 0 else os.fstat(file).st_ino)
                if file >= 0: os.close(file)
        """

    private static func run(_ arguments: [String]) throws -> [String] {
        let result = try Finished.run(try #require(Finished.find("python3")), ["-c", script] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test func `handles of plain files and folders lead there over remounts, those below with and find never to anything else`() throws {
        let tree = try MountedTree(mounting: [Corpus.projectRoot + "/Fixtures/ct"])
        let file = try #require(try tree.files("patients").first)
        let plain = [file, String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]), tree.point + "/dates", tree.point + "/problems"]
        let numbered = ["with/size=77", "with/size=77/patients", "find/Modality=CT", "with/size=78/find/Modality=CT"].map { tree.point + "/" + $0 }
        let inodes = (plain + numbered).map { "\(MountedTree.status($0)?.st_ino ?? 0)" }
        let handles = try Self.run(["take"] + plain + numbered)
        #expect(handles.count == inodes.count)
        guard handles.count == inodes.count else { return }
        // The kernel finds its way back to a folder by names that are listed: those of settings and queries are not.
        let first = try Self.run(["open", tree.point] + handles)
        #expect(Array(first.prefix(plain.count)) == Array(inodes.prefix(plain.count)))
        for (handle, inode) in zip(first, inodes).dropFirst(plain.count) { #expect(handle == "ESTALE" || handle == inode) }
        // Their numbers go to others.
        for number in 1...3_000 { _ = MountedTree.status("\(tree.point)/with/size=\(1_000 + number)") }
        for number in 1...3_000 { _ = MountedTree.status("\(tree.point)/find/PatientID=\(number)") }
        let later = try Self.run(["open", tree.point] + handles)
        #expect(Array(later.prefix(plain.count)) == Array(inodes.prefix(plain.count)))
        for (handle, inode) in zip(later, inodes).dropFirst(plain.count) { #expect(handle == "ESTALE" || handle == inode) }
        try tree.unmount()
        try tree.mount()
        // The same numbers again, for other things.
        for name in ["with/size=79/patients", "find/Modality=MR", "with/size=80/find/Modality=MR"] { _ = MountedTree.status("\(tree.point)/\(name)") }
        let remounted = try Self.run(["open", tree.point] + handles)
        #expect(Array(remounted.prefix(plain.count)) == Array(inodes.prefix(plain.count)))
        #expect(remounted.dropFirst(plain.count).allSatisfy { $0 == "ESTALE" }, "\(remounted)")
    }
}
