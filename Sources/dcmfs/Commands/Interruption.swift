import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP end a long command at the next good moment; a second one ends it at once.
enum Interruption {
    private static let asked = Atomic<Bool>(false)

    static var wasAsked: Bool { asked.load(ordering: .relaxed) }

    static func catchSignals() {
        // Made here, not in the handler: the first use of a static property takes a lock.
        asked.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                Interruption.asked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
