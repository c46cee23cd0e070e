import CLinux
import Glibc
import WorkerProtocol

/// The program that looks inside files on behalf of dcmfs. It gets open files over a socket, answers over the same socket and
/// one piece of shared memory, and can do nothing else (see `Sandbox`). One thread, no Foundation.
@main
enum Worker {
    /// Bytes that stay with an idle worker at most: what pictures of 2048 x 2048 pixels need.
    private static let keptMemory = 32 << 20

    static func main() {
        guard let memory = CLinux_map_shared(WorkerChannel.memory, WorkerChannel.memorySize) else {
            leave("dcmfs-worker: started by dcmfs, of no use on its own", code: 2)
        }
        close(WorkerChannel.memory)
        CLinux_keep_memory(keptMemory)
        let ready: ReadyMessage
        do {
            ready = try Sandbox.enter()
        } catch {
            leave("dcmfs-worker: no sandbox: \(error.description)", code: 3)
        }
        let answersTests = CommandLine.arguments.dropFirst().contains(WorkerChannel.testArgument)
        let server = Server(memory: memory, answersTests: answersTests)
        exit(server.send(ready.encoded()) ? server.run() : 1)
    }

    static func leave(_ message: String, code: CInt) -> Never {
        let line = Array((message + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
