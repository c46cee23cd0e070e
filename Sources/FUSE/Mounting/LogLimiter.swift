/// Keeps a log readable, and its disk from filling: a line that repeats is written once a minute with a count, and of
/// different lines so many a minute. A damaged series under a thumbnailer would else write a line per file and look.
///
/// Also makes lines of what may come out of files: control characters are shown as `\xNN`, long lines are cut.
package struct LogLimiter: Sendable {
    /// Seconds.
    private static let window: Int64 = 60
    private static let linesPerWindow = 60
    private static let longestLine = 1000
    /// Different lines remembered; beyond them a repetition counts as new.
    private static let memory = 256

    private var windowStart: Int64 = .min
    private var written = 0
    private var suppressed = 0
    private var repetitions: [String: Int] = [:]

    package init() {}

    /// What to write now, oldest first; usually the line itself.
    /// - Parameter now: seconds of a clock that never goes back.
    package mutating func admit(_ line: String, now: Int64) -> [String] {
        var lines = now >= windowStart &+ Self.window || windowStart == .min ? startWindow(now) : []
        let line = Self.clean(line)
        if let count = repetitions[line] {
            repetitions[line] = count + 1
            return lines
        }
        guard written < Self.linesPerWindow else {
            suppressed += 1
            return lines
        }
        written += 1
        if repetitions.count < Self.memory { repetitions[line] = 0 }
        lines.append(line)
        return lines
    }

    /// What the window before kept back.
    package mutating func startWindow(_ now: Int64) -> [String] {
        var lines = repetitions.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) more times)" }
        if suppressed > 0 { lines.append("\(suppressed) more messages in the last minute were left out") }
        windowStart = now
        written = 0
        suppressed = 0
        repetitions.removeAll(keepingCapacity: true)
        return lines
    }

    private static func clean(_ line: String) -> String {
        var result = ""
        for scalar in line.unicodeScalars.prefix(longestLine) {
            if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
