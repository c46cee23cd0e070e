import DICOMTree
import Synchronization
import Testing

/// A scanner over a dead disk must not fill the log.
@Suite struct RateLimitedLogTests {
    @Test func `S4 a flood of lines becomes a few, and what was left out is counted`() {
        let shared = Shared()
        let log = RateLimitedLog(
            burst: 3, perMinute: 6, now: { shared.time.withLock { $0 } }, output: { line in shared.lines.withLock { $0.append(line) } })
        for number in 0..<1000 { log.write("line \(number)") }
        #expect(shared.lines.withLock { $0 } == ["line 0", "line 1", "line 2"])
        shared.time.withLock { $0 = 9_000 }
        log.write("too early")
        shared.time.withLock { $0 = 10_000 }
        log.write("later")
        #expect(shared.lines.withLock { $0.last } == "later (and 998 more lines like these)")
        // However long it was quiet, no more than at the start; and a clock that goes back is no gift.
        shared.time.withLock { $0 = .max }
        for _ in 0..<10 { log.write("again") }
        #expect(shared.lines.withLock { $0.count } == 7)
        shared.time.withLock { $0 = .min }
        log.write("back")
        #expect(shared.lines.withLock { $0.count } == 7)
    }

    private final class Shared: Sendable {
        let time = Mutex<Int64>(0)
        let lines = Mutex<[String]>([])
    }
}
