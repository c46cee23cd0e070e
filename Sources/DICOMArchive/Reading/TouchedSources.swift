import Locks

/// Sources that a mount found with the size and time of the index, and another inode or time of change. The archive is read-only
/// to a mount: it remembers them, so that `/problems/touched.txt` can name them.
final class TouchedSources: Sendable {
    static let reason = "touched"
    static let message = "size and time are those of the index, inode or time of change are not: run dcmfs index"

    private struct State {
        var paths: Set<[UInt8]> = []
        var newest: Int64 = 0
        /// Of the archive: what was found before an index says nothing afterwards.
        var counter: Int64 = 0
    }
    private let state = Mutex(State())
    /// A mount lives for months.
    private static let limit = 10_000

    func note(_ path: [UInt8]) {
        state.withLock { state in
            guard state.paths.count < Self.limit, state.paths.insert(path).inserted else { return }
            state.newest = nowNs()
        }
    }

    /// Which they are, in order, and when the newest was found.
    func known(counter: Int64) -> (paths: [[UInt8]], newest: Int64) {
        let (paths, newest) = state.withLock { state in
            if state.counter != counter {
                if state.counter != 0 { state.paths = [] }
                state.counter = counter
            }
            return (state.paths, state.newest)
        }
        return (paths.sorted { $0.lexicographicallyPrecedes($1) }, newest)
    }
}
