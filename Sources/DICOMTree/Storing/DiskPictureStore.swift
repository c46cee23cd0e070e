import Dispatch
import Glibc
import Locks

/// Pictures in a `StoreFolder`, bounded; what was used longest ago goes first. Several mounts may share a folder.
///
/// Whoever reads waits for nothing but the reading of one file: writing, making room and looking at what is there happen one
/// after the other on a thread of their own. What cannot be written soon is not written.
///
/// Lock order: there is one lock, held for a few instructions and never while a file is touched.
package final class DiskPictureStore: PictureStore {
    package struct Limits: Sendable {
        /// Of all files together.
        package var bytes: Int
        /// Of pictures that wait to be written; one may always.
        package var waitingBytes = 64 << 20
        /// How long nothing is written after an error, nanoseconds.
        package var pauseNs: Int64 = 60_000_000_000
        /// How often at most the use of a file is noted in its time of modification, nanoseconds.
        package var useStepNs: Int64 = 3_600_000_000_000
        /// How old an unfinished file is that nobody writes any more, nanoseconds.
        package var leftoverNs: Int64 = 3_600_000_000_000

        package init(bytes: Int) { self.bytes = bytes }
    }

    struct State {
        /// Bytes of all files as far as known; nil before they were counted.
        var used: Int?
        /// Bytes written since they were counted: others may have written as well.
        var written = 0
        var waiting = 0
        /// On the monotonic clock.
        var pausedUntil = Int64.min
        var isFinished = false
    }

    let folder: StoreFolder
    let limits: Limits
    let state = Mutex(State())
    let log: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "dcmfs.store", qos: .utility)

    package init(folder: StoreFolder, limits: Limits, log: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.limits = limits
        self.log = log
    }

    /// Looks at what is there, in the background: removes leftovers, and what is too much.
    package func start() {
        afterAll { [self] in _ = makeRoom(for: 0) }
    }

    /// Waits until what is to be written is written, so many seconds at most; then writes no more.
    package func finish(within seconds: Double) {
        let done = DispatchSemaphore(value: 0)
        afterAll { done.signal() }
        _ = done.wait(timeout: .now() + seconds)
        state.withLock { $0.isFinished = true }
    }

    /// Waits until what was asked for so far is done.
    func settle() { queue.sync {} }

    /// Runs something on the store's own thread.
    func afterAll(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    // MARK: - PictureStore

    package func picture(for key: PictureKey, size: Int) -> [UInt8]? {
        let name = key.name
        let descriptor = folder.openPicture(name)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard Int(status.st_size) == StoredPicture.length(key: key, picture: size),
            let picture = StoredPicture.read(descriptor, key: key, size: size)
        else {
            log("cache_dir: a stored file is damaged, or not what its name says; it is removed, and the picture made anew")
            folder.remove(name)
            return nil
        }
        noteUse(descriptor, status.st_mtim.nanoseconds)
        return picture
    }

    package func keep(_ picture: [UInt8], for key: PictureKey) {
        let cost = StoreFolder.cost(StoredPicture.length(key: key, picture: picture.count))
        let now = timespec.now(CLOCK_MONOTONIC)
        let isAccepted = state.withLock { state in
            guard cost <= limits.bytes, !state.isFinished, now >= state.pausedUntil else { return false }
            guard state.waiting == 0 || cost <= limits.waitingBytes - state.waiting else { return false }
            state.waiting += cost
            return true
        }
        guard isAccepted else { return }
        afterAll { [self] in
            write(picture, key, cost: cost)
            state.withLock { $0.waiting -= cost }
        }
    }

    /// Where it cannot be noted, a picture goes as if it had not been used.
    private func noteUse(_ descriptor: CInt, _ usedNs: Int64) {
        let age = timespec.now(CLOCK_REALTIME).subtractingReportingOverflow(usedNs)
        guard age.overflow || age.partialValue > limits.useStepNs || age.partialValue < 0 else { return }
        futimens(descriptor, nil)
    }

    private func write(_ picture: [UInt8], _ key: PictureKey, cost: Int) {
        let now = timespec.now(CLOCK_MONOTONIC)
        guard state.withLock({ !$0.isFinished && now >= $0.pausedUntil }), makeRoom(for: cost) else { return }
        switch folder.write([StoredPicture.head(key: key, picture: picture), picture], as: key.name) {
        case 0:
            state.withLock { state in
                state.used = state.used.map { $0 + cost }
                state.written += cost
            }
        // Another mount was quicker.
        case EEXIST: return
        case let code: pause(code)
        }
    }

    func pause(_ code: CInt) {
        let end = timespec.now(CLOCK_MONOTONIC).addingReportingOverflow(limits.pauseNs)
        state.withLock { $0.pausedUntil = end.overflow ? .max : end.partialValue }
        log("cache_dir: no pictures are stored for \(limits.pauseNs / 1_000_000_000) seconds: \(String(cString: strerror(code)))")
    }
}
