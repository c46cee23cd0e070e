import Glibc
import Locks

/// What commands print as they go. Output that is lost, on a full disk for one, does not stop their work, but fails them at the end.
enum StandardOutput {
    private static let failed = Atomic<Bool>(false)

    static var hasFailed: Bool { failed.load(ordering: .relaxed) }

    /// `>> image.dcm` leads here: a command's output behind a DICOM file or a database would alter it, and no command writes to a source.
    static func checkIsNoSource() throws(CommandFailure) {
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { continue }
            // It is open for writing only.
            let reading = open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
            guard reading >= 0 else { continue }
            defer { close(reading) }
            var start = [UInt8](repeating: 0, count: 132)
            let count = max(0, pread(reading, &start, start.count, 0))
            if isSource(start[..<count]) { throw CommandFailure("standard output is a DICOM file or a database, and is not written to", code: 2) }
        }
    }

    /// PS3.10 7.1; a bare data set begins with a tag of group 0002 or 0008, and no text has a NUL; SQLite's header.
    private static func isSource(_ start: ArraySlice<UInt8>) -> Bool {
        if start.count == 132, start[128...].elementsEqual("DICM".utf8) { return true }
        if start.count >= 4, [0x02, 0x08].contains(start[0]), start[1] == 0, start[3] == 0 { return true }
        return start.starts(with: "SQLite format 3".utf8)
    }

    /// Says the first error on standard error, and writes nothing after it.
    static func write(_ bytes: [UInt8]) {
        if hasFailed { return }
        do throws(CommandFailure) {
            try writeAll(bytes, to: STDOUT_FILENO)
        } catch {
            failed.store(true, ordering: .relaxed)
            error.report()
        }
    }
}

func printOut(_ text: String) { StandardOutput.write(Array(text.utf8)) }
func printOut(_ bytes: [UInt8]) { StandardOutput.write(bytes) }
