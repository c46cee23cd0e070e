import WorkerProtocol

/// How long dcmfs waits for the answer to one request, in microseconds.
///
/// Both are fixed when the request is sent. A worker that a file took over can claim progress for ever: that restarts `step`, and
/// never moves `total`.
struct Patience: Hashable, Sendable {
    /// Without a sign of progress.
    let step: UInt64
    /// Whatever the worker says.
    let total: UInt64

    /// What is read comes at 256 KiB a second at least: 64 KiB pieces over a network that takes a quarter of a second for each.
    private static let microsecondsPerByte: UInt64 = 4
    /// Most that a file's size adds: who waits for a picture is answered with an error after two minutes anyway.
    private static let mostForReading: UInt64 = 120_000_000
    private static let mostForBatch: UInt64 = 600_000_000

    /// Patience with one file.
    ///
    /// - Parameters:
    ///   - step: without progress; the whole is four times as long and grows with what there is to read.
    ///   - bytes: length of the file, or of what of it is read at most.
    init(step: UInt64, reading bytes: Int) {
        self.step = step
        total = step * 4 + min(UInt64(clamping: bytes) &* Self.microsecondsPerByte, Self.mostForReading)
    }

    /// Patience with several files, one after another.
    init(step: UInt64, readingEach sizes: [Int]) {
        self.step = step
        // What the wait for one file comes to is measured by `step`; the sum is for a disk that is slow with all of them.
        let sum = sizes.reduce(UInt64(0)) { $0 + Patience(step: step, reading: min($1, Self.longestHeader)).total }
        total = max(min(sum, Self.mostForBatch), step)
    }

    /// The reader takes no longer headers.
    static let longestHeader = 64 << 20
}
