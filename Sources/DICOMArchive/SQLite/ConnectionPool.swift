import Glibc
import Locks

/// Read connections, each used by one thread at a time, a few kept for the next query.
///
/// All of them read the same file: what is put in its place while it is open is noticed within a second and is an error,
/// never an answer out of two archives (D7).
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Connection] = []
        /// Connections that exist, idle or not.
        var count = 0
        var isClosed = false
        var lastLook: Int64 = .min
        var isReplaced = false
    }
    private static let kept = 8
    /// How long an answer to "is it still the same file" holds, in nanoseconds.
    private static let lookInterval: Int64 = 500_000_000

    private let path: String
    private let vet: @Sendable () throws(ArchiveError) -> Void
    private let isReplaced: @Sendable () -> Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - vet: throws where no further connection may be opened.
    ///   - isReplaced: says whether another file stands at `path` than when the archive was opened.
    init(path: String, vet: @escaping @Sendable () throws(ArchiveError) -> Void, isReplaced: @escaping @Sendable () -> Bool) {
        self.path = path
        self.vet = vet
        self.isReplaced = isReplaced
    }

    func read<Result>(_ body: (Connection) throws(ArchiveError) -> Result) throws(ArchiveError) -> Result {
        try checkFile()
        let connection = try take()
        defer { give(connection) }
        return try body(connection)
    }

    /// Throws while another file, or none, stands where the archive was.
    func checkFile() throws(ArchiveError) {
        let now = monotonicNs()
        let (isDue, wasReplaced) = state.withLock { state in
            let isDue = state.lastLook == .min || now &- state.lastLook >= Self.lookInterval
            if isDue { state.lastLook = now }
            return (isDue, state.isReplaced)
        }
        var replaced = wasReplaced
        if isDue {
            replaced = isReplaced()
            state.withLock { [replaced] in $0.isReplaced = replaced }
        }
        if replaced { throw Self.replaced }
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
        for attempt in 0... {
            if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
            do throws(ArchiveError) {
                return try open()
            } catch {
                // Out of descriptors, most likely: those who have a connection will give it back.
                let others = state.withLock { $0.count }
                guard error.code == .noArchive, others > 0, attempt < Self.patience else { throw error }
                usleep(1_000)
            }
        }
        throw ArchiveError(.database, "no connection")
    }

    /// Up to `count` connections besides those in use, as many as are to be had without waiting. Each must be given back.
    func takeSpare(_ count: Int) -> [Connection] {
        var spare: [Connection] = []
        while spare.count < count {
            // Whoever needs more than one does without where there is an error.
            guard let connection = state.withLock({ $0.idle.popLast() }) ?? (try? open()) else { break }
            spare.append(connection)
        }
        return spare
    }

    /// Times to wait a millisecond for another connection.
    private static let patience = 5_000

    private func open() throws(ArchiveError) -> Connection {
        try vet()
        let made = try Connection(path: path, readOnly: true)
        // Opened by its path: it must be the file that the others have.
        guard !isReplaced() else {
            made.close()
            throw Self.replaced
        }
        state.withLock { $0.count += 1 }
        return made
    }

    func give(_ connection: Connection) {
        let keep = state.withLock { state in
            guard !state.isClosed, state.idle.count < Self.kept else {
                state.count -= 1
                return false
            }
            state.idle.append(connection)
            return true
        }
        if !keep { connection.close() }
    }

    private static let replaced = ArchiveError(
        .database, "the archive was removed, or another file put in its place: unmount it and mount it again")
}
