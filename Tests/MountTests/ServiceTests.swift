import FUSE
import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures/ct"

/// A socket as a service manager has it.
private final class NotifySocket {
    let descriptor: CInt
    let address: String

    init(_ address: String) throws {
        self.address = address
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address.utf8.map { $0 == UInt8(ascii: "@") ? 0 : $0 }) }
        let length = socklen_t(2 + address.utf8.count)
        let bound = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw MountedTree.Failure("bind: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// The next message, or nil when none comes within `seconds`.
    func next(seconds: Int32 = 20) -> String? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, seconds * 1000) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}

@Suite(.serialized, .timeLimit(.minutes(3))) struct ServiceTests {
    @Test(arguments: [false, true]) func `a message reaches the service manager's socket`(isAbstract: Bool) throws {
        let address = (isAbstract ? "@" : "/tmp/") + "dcmfs-notify-\(UInt64.random(in: 0...UInt64.max))"
        let socket = try NotifySocket(address)
        defer { unlink(address) }
        let manager = try #require(ServiceManager(address: Array(address.utf8)))
        manager.reportReady(status: "two\nlines")
        #expect(socket.next() == "READY=1\nSTATUS=two lines\n")
        manager.reportStopping(status: "ending")
        #expect(socket.next() == "STOPPING=1\nSTATUS=ending\n")
    }

    @Test(arguments: ["", "@", "relative/path", "/" + String(repeating: "x", count: 200)])
    func `an address that is none is not used`(address: String) {
        #expect(ServiceManager(address: Array(address.utf8)) == nil)
    }

    @Test func `nobody at the socket is no trouble`() throws {
        try #require(ServiceManager(address: Array("/nonexistent/notify".utf8))).reportReady(status: "")
    }

    @Test(.enabled(if: MountedTree.isPossible)) func `a mount in front says when it is ready and when it ends`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let socket = try NotifySocket(tree.folder + "/notify")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", tree.archive, tree.point]
        process.environment = ProcessInfo.processInfo.environment.merging(["NOTIFY_SOCKET": socket.address]) { $1 }
        try process.run()
        let ready = try #require(socket.next())
        #expect(ready.hasPrefix("READY=1\nSTATUS=showing ") && ready.contains(tree.point))
        #expect(try !tree.files("patients").isEmpty)
        process.terminate()
        #expect(socket.next()?.hasPrefix("STOPPING=1\n") == true)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && !tree.isMounted)
    }

    @Test(.enabled(if: MountedTree.isPossible)) func `the messages of a mount name no patient and no source`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/CANARY^Anna"
        try FileManager.default.copyItem(atPath: fixtures, toPath: sources)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, sources]).status == 0)
        let process = Process()
        let messages = Pipe()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", tree.archive, tree.point]
        process.standardError = messages
        try process.run()
        #expect(MountedTree.wait { tree.isMounted })
        let files = try tree.files("patients")
        let patients = try FileManager.default.contentsOfDirectory(atPath: tree.point + "/patients")
        try FileManager.default.removeItem(atPath: sources)
        for file in files { #expect(throws: POSIXError.self) { try MountedTree.contents(file) } }
        process.terminate()
        let text = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.contains("dcmfs: instance:"), "the failures are told: \(text)")
        for canary in patients + ["CANARY", "Muster", "1.2."] { #expect(!text.contains(canary), "\(text)") }
    }
}
