import Glibc
import Locks

/// Where the frames of large multi-frame files lie, found once by a worker and kept: then one frame of ten thousand costs one
/// read, not a walk over ten thousand items. Bounded; what was used longest ago goes first.
final class FramePlaces: Sendable {
    /// A file as it was when its frames were looked for.
    struct Identity: Hashable, Sendable {
        private let device: UInt64
        private let inode: UInt64
        private let size: Int64
        private let seconds: Int64
        private let nanoseconds: Int64
        private let changedSeconds: Int64
        private let changedNanoseconds: Int64

        /// All of it, for a worker that remembers.
        var bytes: [UInt8] {
            [Int64(bitPattern: device), Int64(bitPattern: inode), size, seconds, nanoseconds, changedSeconds, changedNanoseconds].flatMap { value in
                withUnsafeBytes(of: value) { Array($0) }
            }
        }

        init?(_ descriptor: CInt) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = Int64(status.st_mtim.tv_sec)
            nanoseconds = Int64(status.st_mtim.tv_nsec)
            changedSeconds = Int64(status.st_ctim.tv_sec)
            changedNanoseconds = Int64(status.st_ctim.tv_nsec)
        }
    }

    private struct Entry {
        var ranges: [Range<Int>]
        var tick: Int
    }
    private struct State {
        var entries: [Identity: Entry] = [:]
        var ticks = 0
        var frames = 0
    }
    private let state = Mutex(State())

    /// With fewer frames looking for them is as cheap as asking.
    static let fewest = 64
    /// Frames of all files, 16 bytes each.
    private static let limit = 4 << 20

    /// The place of a frame; nil where it has to be looked for. `find` is asked once for each file.
    func range<Failure: Error>(of frame: Int, in file: Identity, find: () throws(Failure) -> [Range<Int>]) throws(Failure) -> Range<Int>? {
        if let ranges = known(file) { return Self.range(frame, ranges) }
        let ranges = try find()
        insert(ranges, for: file)
        return Self.range(frame, ranges)
    }

    private static func range(_ frame: Int, _ ranges: [Range<Int>]) -> Range<Int>? {
        guard ranges.indices.contains(frame), !ranges[frame].isEmpty else { return nil }
        return ranges[frame]
    }

    private func known(_ file: Identity) -> [Range<Int>]? {
        state.withLock { state in
            state.ticks += 1
            state.entries[file]?.tick = state.ticks
            return state.entries[file]?.ranges
        }
    }

    private func insert(_ ranges: [Range<Int>], for file: Identity) {
        guard ranges.count <= Self.limit else { return }
        state.withLock { state in
            state.ticks += 1
            // An entry costs something even without frames.
            state.frames += ranges.count + 16 - (state.entries[file].map { $0.ranges.count + 16 } ?? 0)
            state.entries[file] = Entry(ranges: ranges, tick: state.ticks)
            while state.frames > Self.limit, let oldest = state.entries.min(by: { $0.value.tick < $1.value.tick }) {
                state.frames -= oldest.value.ranges.count + 16
                state.entries[oldest.key] = nil
            }
        }
    }
}
