import ArgumentParser
import CLinux
import Glibc

/// One file named on the command line, open for reading. Closed when let go.
final class InputDocument {
    /// As the user wrote it.
    let name: String
    let descriptor: CInt
    let size: Int

    /// On one line of a terminal, whatever is in it.
    var shownName: String { shownPath(Arguments.bytes(name)) }

    init(_ name: String) throws(CommandFailure) {
        self.name = name
        let shownName = shownPath(Arguments.bytes(name))
        // A FIFO must not hang, a device not be touched.
        descriptor = Arguments.withPath(name) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else {
            size = 0
            throw CommandFailure("\(shownName): \(String(cString: strerror(errno)))")
        }
        let length = CLinux_file_size(descriptor)
        size = Int(max(0, length))
        guard length >= 0 else { throw CommandFailure("\(shownName): not a regular file") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether `path` leads to this very file.
    func isSameFile(as path: String) -> Bool {
        var other = stat()
        var own = stat()
        guard Arguments.withPath(path, { stat($0, &other) }) == 0, fstat(descriptor, &own) == 0 else { return false }
        return other.st_dev == own.st_dev && other.st_ino == own.st_ino
    }
}

/// Why a command has no result, in one line. `code` as in the exit codes of all commands: 1 failed, 2 usage.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let code: Int32

    init(_ description: String, code: Int32 = 1) {
        self.description = description
        self.code = code
    }

    /// Says it on standard error.
    func report() {
        let line = Array(Arguments.shown("dcmfs: \(description)\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }

    var exitCode: ExitCode { ExitCode(code) }
}

/// Writes all bytes to a descriptor.
func writeAll(_ bytes: [UInt8], to descriptor: CInt) throws(CommandFailure) {
    var offset = 0
    while offset < bytes.count {
        let written = bytes[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw CommandFailure("cannot write: \(String(cString: strerror(errno)))") }
        offset += written
    }
}
