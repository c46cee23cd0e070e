import Glibc
import Synchronization

/// Passes lines on, a few at once and then so many a minute: a program that reads a dead disk from end to end must not
/// fill the system's log. What was left out is counted in the next line that passes.
package final class RateLimitedLog: Sendable {
    private struct State {
        /// Lines that may pass now, in thousandths.
        var credit: Int64
        var last: Int64
        var suppressed = 0
    }
    private let state: Mutex<State>
    private let burst: Int
    private let perMinute: Int
    private let now: @Sendable () -> Int64
    private let output: @Sendable (String) -> Void

    /// `now` is in milliseconds and never goes back.
    package init(
        burst: Int = 20, perMinute: Int = 10, now: @escaping @Sendable () -> Int64 = { RateLimitedLog.milliseconds() },
        output: @escaping @Sendable (String) -> Void
    ) {
        self.burst = max(1, burst)
        self.perMinute = max(1, perMinute)
        self.now = now
        self.output = output
        state = Mutex(State(credit: Int64(self.burst) * 1000, last: now()))
    }

    package func write(_ line: String) {
        let time = now()
        let suppressed = state.withLock { state -> Int? in
            let elapsed = min(max(0, time &- state.last), 3_600_000)
            let gained = elapsed * Int64(perMinute) / 60
            // Moments too short to count are added up.
            if gained > 0 {
                state.credit = min(Int64(burst) * 1000, state.credit + gained)
                state.last = time
            }
            guard state.credit >= 1000 else {
                state.suppressed += 1
                return nil
            }
            state.credit -= 1000
            defer { state.suppressed = 0 }
            return state.suppressed
        }
        guard let suppressed else { return }
        output(suppressed == 0 ? line : "\(line) (and \(suppressed) more lines like these)")
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
    }
}
