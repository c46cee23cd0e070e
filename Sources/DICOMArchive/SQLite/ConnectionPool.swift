import Synchronization

/// Read connections, each used by one thread at a time, a few kept for the next query.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Connection] = []
        var isClosed = false
    }
    private static let kept = 8

    private let path: String
    private let state = Mutex(State())

    init(path: String) { self.path = path }

    func read<Result>(_ body: (Connection) throws(ArchiveError) -> Result) throws(ArchiveError) -> Result {
        let connection = try take()
        defer { give(connection) }
        return try body(connection)
    }

    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.close() }
    }

    private func take() throws(ArchiveError) -> Connection {
        if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
        return try Connection(path: path, readOnly: true)
    }

    private func give(_ connection: Connection) {
        let keep = state.withLock { state in
            guard !state.isClosed, state.idle.count < Self.kept else { return false }
            state.idle.append(connection)
            return true
        }
        if !keep { connection.close() }
    }
}
