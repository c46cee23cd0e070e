import Dispatch
import Glibc
import Locks
import SystemPackage

/// Lets a few of libfuse's threads wait for sources, never all of them: names and attributes are answered while a disk
/// hangs (S6). Who finds the gate full is served by other threads (`DeferredWork`).
///
/// While a thread waits inside, its request lies here, so that a killed reader is let go within 100 ms although nothing
/// can wake the thread itself. An operation that is quick pays two uncontended locks.
final class SourceGate: Sendable {
    private struct Place: ~Copyable {
        var request: Request?
        /// Ticks of the watch at which the reader did not wait any more.
        var interruptedTicks = 0
    }
    /// A place of the gate with its lock; arrays hold no noncopyable values.
    private final class Cell: Sendable {
        let place = Mutex(Place())
    }

    private let cells: [Cell]
    private let free: Mutex<[Int]>
    private let busy = Atomic<Int>(0)
    private let watchSleeps = Atomic<Bool>(false)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let isStopped = Atomic<Bool>(false)
    /// Whether the session is to end, and what ends it although a thread is stuck inside.
    private let ending = Mutex<Ending?>(nil)
    private let endingTicks = Atomic<Int>(0)

    struct Ending: Sendable {
        let hasBegun: @Sendable () -> Bool
        let abandon: @Sendable () -> Void
    }

    private static let tickMilliseconds: UInt32 = 25
    /// Ticks without work after which the watch goes to sleep.
    private static let idleTicks = 40
    /// Ticks between the end of a session and that of a thread that still waits for a source: 3 s.
    private static let patience = 120

    /// - Throws: EAGAIN where the system has no more threads.
    init(places: Int) throws(Errno) {
        cells = (0..<max(1, places)).map { _ in Cell() }
        free = Mutex(Array(cells.indices))
        let isStarted = PlainThread.start { [weak self] in
            var idle = 0
            while let self, !self.isStopped.load(ordering: .relaxed) { idle = self.watchOnce(idle) }
        }
        guard isStarted else { throw .resourceTemporarilyUnavailable }
    }

    /// Runs `body` in a place of the gate and hands its result to `reply` with the request, unless the reader was let go
    /// meanwhile. Gives the request back unused when there is no place.
    func run<Value>(
        _ request: consuming Request, _ body: () throws(Errno) -> Value, reply: (consuming Request, Value) -> Void
    ) -> Request? {
        guard let index = free.withLock({ $0.popLast() }) else { return request }
        var entering: Request? = request
        cells[index].place.withLock { $0 = Place(request: entering.take()) }
        // Both here and in the watch two steps that must not be seen in the other order: I am inside, is it asleep; it is asleep,
        // is anybody inside. With anything weaker both may answer no on ARM, and nobody lets a killed reader go.
        busy.add(1, ordering: .sequentiallyConsistent)
        if watchSleeps.exchange(false, ordering: .sequentiallyConsistent) { wakeUp.signal() }
        let result = Result { () throws(Errno) in try body() }
        let back = cells[index].place.withLock { $0.request.take() }
        busy.subtract(1, ordering: .relaxed)
        free.withLock { $0.append(index) }
        guard let back else { return nil }
        switch result {
        case .success(let value): reply(back, value)
        case .failure(let error): back.reply(error: error)
        }
        return nil
    }

    /// Answers everybody who still waits: the session ends.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        for cell in cells { Self.answer(cell, .ioError) }
        wakeUp.signal()
    }

    func watch(_ ending: Ending?) { self.ending.withLock { $0 = ending } }

    /// Whether a thread is inside.
    var isBusy: Bool { busy.load(ordering: .relaxed) > 0 }

    private func watchOnce(_ idle: Int) -> Int {
        usleep(Self.tickMilliseconds * 1000)
        guard isBusy else {
            guard idle >= Self.idleTicks else { return idle + 1 }
            watchSleeps.store(true, ordering: .sequentiallyConsistent)
            // Seen by nobody who came before the flag stood: looked at once more.
            if busy.load(ordering: .sequentiallyConsistent) == 0, !isStopped.load(ordering: .sequentiallyConsistent) { wakeUp.wait() }
            return 0
        }
        for cell in cells where cell.place.withLock({ Self.isGivenUp(&$0) }) { Self.answer(cell, .interrupted) }
        if let ending = ending.withLock({ $0 }), ending.hasBegun() {
            if endingTicks.add(1, ordering: .relaxed).newValue == Self.patience { ending.abandon() }
        }
        return 0
    }

    /// A killed reader; two ticks, so that quick work still wins.
    private static func isGivenUp(_ place: inout Place) -> Bool {
        guard let isInterrupted = place.request?.isInterrupted, isInterrupted else { return false }
        place.interruptedTicks += 1
        return place.interruptedTicks > 1
    }

    private static func answer(_ cell: Cell, _ error: Errno) {
        if let request = cell.place.withLock({ $0.request.take() }) { request.reply(error: error) }
    }
}
