import DICOMArchive
import Dispatch
import Locks

/// Makes what will be read next while its reader is busy with what it has: the following files of a directory that is read
/// in order, and the following frames. Bounded in jobs, and in what it makes beyond the last file that was opened.
final class ReadAhead: Sendable {
    /// What is read in order: one kind of file in one directory.
    struct Stream: Hashable, Sendable {
        let kind: NodeID.Kind
        let settings: Int
        /// Series of the files, instance of the frames.
        let row: Int64
    }

    fileprivate struct Progress {
        var last: NodeID?
        var upcoming: [NodeID] = []
        /// Files that would come next in the order of the listing, and of the names.
        var nextListed: NodeID?
        var nextNamed: NodeID?
        var byName = false
        var tick = 0
    }

    fileprivate struct State {
        var streams: [Stream: Progress] = [:]
        var ticks = 0
        var running = 0
        var waiting: [[NodeID]] = []
    }

    /// The next files after one, in the order of listings or of names, `limit` at most.
    typealias Following = @Sendable (_ id: NodeID, _ byName: Bool, _ limit: Int) throws(TreeError) -> [NodeID]
    /// Makes files, several in one go where that is cheaper.
    typealias Make = @Sendable ([NodeID]) -> Void

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "dcmfs.read-ahead", attributes: .concurrent)
    /// Jobs at a time.
    private let width: Int
    private static let streamLimit = 64

    /// Files beyond the last one opened.
    private func depth(_ together: Int) -> Int { width * 2 * together }

    /// `width` 0 reads nothing ahead.
    init(width: Int) {
        self.width = width
    }

    /// To be called whenever a file that is made on demand is opened.
    /// - Parameter together: files that are best made in one go.
    func opened(_ id: NodeID, in stream: Stream, together: Int = 1, following: Following, make: @escaping Make) throws(TreeError) {
        guard width > 0 else { return }
        let depth = depth(together)
        switch advance(to: id, in: stream, depth) {
        case .nothing: return
        case .guess:
            let listed = try following(id, false, 1).first
            let named = try following(id, true, 1).first
            state.withLock { state in
                state.streams[stream]?.nextListed = listed
                state.streams[stream]?.nextNamed = named
            }
        case .refill(let byName):
            let upcoming = try following(id, byName, depth)
            let fresh = state.withLock { state -> [NodeID] in
                let known = Set(state.streams[stream]?.upcoming ?? [])
                state.streams[stream]?.upcoming = upcoming
                return upcoming.filter { !known.contains($0) }
            }
            for start in stride(from: 0, to: fresh.count, by: together) { submit(Array(fresh[start..<min(start + together, fresh.count)]), make) }
        }
    }

    private enum Step {
        case nothing
        case guess
        case refill(byName: Bool)
    }

    private func advance(to id: NodeID, in stream: Stream, _ depth: Int) -> Step {
        state.withLock { state in
            state.ticks += 1
            var progress = state.streams[stream] ?? Progress()
            progress.tick = state.ticks
            defer {
                progress.last = id
                state.streams[stream] = progress
                state.forgetOldest(beyond: Self.streamLimit)
            }
            if progress.last == id { return .nothing }
            if let place = progress.upcoming.firstIndex(of: id) {
                progress.upcoming.removeFirst(place + 1)
                return progress.upcoming.count <= depth / 2 ? .refill(byName: progress.byName) : .nothing
            }
            if progress.nextListed == id || progress.nextNamed == id {
                progress = Progress(byName: progress.nextListed != id, tick: progress.tick)
                return .refill(byName: progress.byName)
            }
            progress = Progress(tick: progress.tick)
            return .guess
        }
    }

    private func submit(_ ids: [NodeID], _ make: @escaping Make) {
        let starts = state.withLock { state in
            guard state.running < width else {
                // Who reads faster than we make is served first anyway; old wishes are worth nothing.
                if state.waiting.count >= width * 2 { state.waiting.removeFirst() }
                state.waiting.append(ids)
                return false
            }
            state.running += 1
            return true
        }
        guard starts else { return }
        queue.async { [self] in
            var next: [NodeID]? = ids
            while let ids = next {
                make(ids)
                next = state.withLock { state in
                    if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                    state.running -= 1
                    return nil
                }
            }
        }
    }
}

extension ReadAhead.State {
    fileprivate mutating func forgetOldest(beyond limit: Int) {
        guard streams.count > limit, let oldest = streams.min(by: { $0.value.tick < $1.value.tick })?.key else { return }
        streams[oldest] = nil
    }
}
