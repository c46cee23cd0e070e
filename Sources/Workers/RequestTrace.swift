import WorkerProtocol

/// What there is to know of a request beside its answer.
struct RequestTrace {
    /// Where the worker had got to when it failed.
    var failedAt = WorkerChannel.noProgress
    /// Processor time that the worker took. The same picture costs about the same on a busy machine as on an idle one.
    var microseconds: UInt64 = 0
}
