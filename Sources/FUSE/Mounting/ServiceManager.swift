import Glibc

/// Tells a service manager how things stand (sd_notify(3)): datagrams of `KEY=value` lines to the socket that it named in
/// NOTIFY_SOCKET. Says nothing where there is none; that nobody listens is no error of the mount.
package struct ServiceManager: Sendable {
    package static let variable = "NOTIFY_SOCKET"
    /// Path of the socket; a leading `@` stands for the NUL of an abstract one.
    private let address: [UInt8]

    /// Nil for an address that is neither absolute nor abstract, or too long for a socket.
    package init?(address: [UInt8]) {
        guard address.first == UInt8(ascii: "/") || address.first == UInt8(ascii: "@") else { return nil }
        guard address.count > 1, address.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.address = address
    }

    /// The one of the environment, which no child process inherits afterwards.
    package static func takeFromEnvironment() -> ServiceManager? {
        guard let value = getenv(variable) else { return nil }
        let address = UnsafeBufferPointer(start: value, count: strlen(value)).map(UInt8.init(bitPattern:))
        unsetenv(variable)
        return ServiceManager(address: address)
    }

    /// The service answers.
    package func reportReady(status: String) { send("READY=1\n\(Self.statusLine(status))") }
    /// The service is about to end.
    package func reportStopping(status: String) { send("STOPPING=1\n\(Self.statusLine(status))") }
    /// A line for `systemctl status`.
    package func report(status: String) { send(Self.statusLine(status)) }

    /// A line break would start another assignment.
    private static func statusLine(_ status: String) -> String {
        "STATUS=" + String(status.map { $0.isNewline ? " " : $0 }) + "\n"
    }

    private func send(_ message: String) {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        if address[0] == UInt8(ascii: "@") { withUnsafeMutableBytes(of: &name.sun_path) { $0[0] = 0 } }
        // An abstract name ends with the length, not with a NUL.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                _ = sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), target, length)
            }
        }
    }
}
