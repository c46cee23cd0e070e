import Glibc
import Locks

/// What commands print as they go. Output that is lost, on a full disk for one, does not stop their work, but fails them at the end.
enum StandardOutput {
    private static let failed = Atomic<Bool>(false)

    static var hasFailed: Bool { failed.load(ordering: .relaxed) }

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
