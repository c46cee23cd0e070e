import DICOMArchive
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP end a long command at the next good moment; a second one ends it at once.
enum Interruption {
    private static let asked = Atomic<Bool>(false)

    static var wasAsked: Bool { asked.load(ordering: .relaxed) }

    static func catchSignals() {
        // Made here, not in the handler: the first use of a static property takes a lock.
        asked.store(false, ordering: .relaxed)
        _ = StatementStop.ofProcess
        // Whoever starts us may have blocked them, and a process inherits that.
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&wanted, number) }
        defer { pthread_sigmask(SIG_UNBLOCK, &wanted, nil) }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                Interruption.asked.store(true, ordering: .relaxed)
                StatementStop.ofProcess.raise()
                signal(number, SIG_DFL)
            }
        }
    }
}
