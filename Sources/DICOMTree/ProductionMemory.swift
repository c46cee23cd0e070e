import Locks

/// What is known of productions beside their bytes: which fail whenever they are tried, and sizes no formula gives.
final class ProductionMemory: Sendable {
    private struct State {
        var failures: [RenditionKey: String] = [:]
        var lengths: [RenditionKey: Int] = [:]
    }
    private let state = Mutex(State())
    /// Entries of each kind; at the limit all are forgotten, and found out again when asked for.
    private static let limit = 65_536

    func failure(of key: RenditionKey) -> String? { state.withLock { $0.failures[key] } }

    func remember(failure: String, of key: RenditionKey) {
        state.withLock { state in
            if state.failures.count >= Self.limit { state.failures = [:] }
            state.failures[key] = failure
        }
    }

    func length(of key: RenditionKey) -> Int? { state.withLock { $0.lengths[key] } }

    func remember(length: Int, of key: RenditionKey) {
        state.withLock { state in
            if state.lengths.count >= Self.limit { state.lengths = [:] }
            state.lengths[key] = length
        }
    }
}
