import Dispatch
import Locks

/// Lets one thread do a piece of work while others that want the same wait for its result.
///
/// Lock order: the table's lock and a flight's lock are never held together, and neither while work runs.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable, Failure: Error>: Sendable {
    private final class Flight: Sendable {
        let result = Mutex<Result<Value, Failure>?>(nil)
        let landed = DispatchSemaphore(value: 0)
    }
    private let flights = Mutex<[Key: Flight]>([:])

    package init() {}

    /// The result of `work`, run on this thread or on another that came first.
    package func run(_ key: Key, _ work: () throws(Failure) -> Value) throws(Failure) -> Value {
        let (flight, isLeader) = flights.withLock { flights in
            if let flight = flights[key] { return (flight, false) }
            let flight = Flight()
            flights[key] = flight
            return (flight, true)
        }
        guard isLeader else { return try wait(for: flight) }
        let result = Result { () throws(Failure) in try work() }
        flight.result.withLock { $0 = result }
        flights.withLock { $0[key] = nil }
        flight.landed.signal()
        return try result.get()
    }

    private func wait(for flight: Flight) throws(Failure) -> Value {
        while true {
            flight.landed.wait()
            // Whoever wakes wakes the next.
            flight.landed.signal()
            if let result = flight.result.withLock({ $0 }) { return try result.get() }
        }
    }
}
