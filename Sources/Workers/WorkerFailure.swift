/// What became of a worker that did not answer.
package struct WorkerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// No worker could be started at all (missing program, other version, no memory).
        case cannotStart(String)
        /// A signal ended it.
        case killed(signal: CInt)
        /// It ended by itself in the middle of a request.
        case exited(code: CInt)
        /// It did not answer in time and was killed.
        case timedOut
        /// Nobody waited for its answer any more (the run was ended), and it was killed.
        case cancelled
        /// It answered nonsense and was killed.
        case nonsense(String)
    }

    package let cause: Cause
    package init(_ cause: Cause) { self.cause = cause }

    /// Whether the same request would fail again: true for crashes and spent processor time, false for what a loaded machine
    /// or someone else's kill may have caused. Only the former are worth remembering.
    package var isDeterministic: Bool {
        switch cause {
        case .killed(let signal): Self.ownSignals.contains(signal)
        case .exited, .nonsense: true
        case .cannotStart, .timedOut, .cancelled: false
        }
    }

    /// The worker was ended from outside (kill, out-of-memory killer): another one may try.
    var isForeign: Bool {
        if case .killed(let signal) = cause { !Self.ownSignals.contains(signal) } else { false }
    }

    package var description: String {
        switch cause {
        case .cannotStart(let reason): "no worker: \(reason)"
        case .killed(let signal): "the worker was ended by \(Self.name(of: signal))"
        case .exited(let code): "the worker ended with code \(code)"
        case .timedOut: "the worker did not answer in time"
        case .cancelled: "the run was ended"
        case .nonsense(let reason): "the worker answered nonsense (\(reason))"
        }
    }
}
