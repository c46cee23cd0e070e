import DICOMArchive
import Foundation
import Locks

/// Progress of a long command on standard error: one line that is rewritten on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var lastShown: Int64 = 0
        var isEnded = false
        var hasLine = false
    }
    private let state = Mutex(State())
    private let total = Mutex<Int?>(nil)
    private let start = ProgressLine.now()
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init() {}

    /// Of an index run. On a terminal the files are counted ahead, for the time that is left.
    init(counting paths: [[UInt8]]) {
        guard isTerminal else { return }
        // Without the thread there is no time that is left, and nothing else is missing.
        _ = DetachedThread.start { [self] in
            let count = FileCounter.count(paths)
            total.withLock { $0 = count }
        }
    }

    func update(_ progress: IndexProgress) {
        update(isMoment: progress.isCommit) { [self] in text(progress, seconds: Double(Self.now() - start) / 1e9) }
    }

    /// `isMoment`: whether there is something new to say where each line stays.
    func update(isMoment: Bool = true, _ text: () -> String) {
        let now = Self.now()
        let interval: Int64 = isTerminal ? 200_000_000 : 5_000_000_000
        let isDue = state.withLock { state in
            guard !state.isEnded, now - state.lastShown >= interval, isTerminal || isMoment && now - start >= interval else { return false }
            state.lastShown = now
            state.hasLine = true
            return true
        }
        if isDue { show(text().trimmingCharacters(in: .newlines)) }
    }

    /// Clears the line of a terminal.
    func end() {
        let clears = state.withLock { state in
            defer { state.isEnded = true }
            return state.hasLine && !state.isEnded
        }
        if clears && isTerminal { show("") }
    }

    private func text(_ progress: IndexProgress, seconds: Double) -> String {
        let rate = seconds > 0 ? Double(progress.found) / seconds : 0
        var text = "\(counted(progress.found, "file")), \(progress.durable) in the archive, \(Int(rate)) a second"
        if let total = total.withLock({ $0 }), total > progress.found, rate > 1 {
            let left = Int(Double(total - progress.found) / rate)
            text += ", \(100 * progress.found / max(1, total)) %, " + (left >= 60 ? "\(left / 60) min \(left % 60) s" : "\(left) s") + " left"
        }
        return text
    }

    private func show(_ text: String) {
        // Carriage return and "erase to the end of the line" (ECMA-48).
        let line = isTerminal ? "\r\u{1B}[K" + text : text + "\n"
        try? writeAll(Array(line.utf8), to: STDERR_FILENO)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
