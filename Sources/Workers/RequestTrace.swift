import WorkerProtocol

/// What there is to know of a request beside its answer.
struct RequestTrace {
    /// Where the worker had got to when it failed.
    var failedAt = WorkerChannel.noProgress
    /// How long the worker took; waiting for a free one and starting one are not counted.
    var microseconds: UInt64 = 0
}
