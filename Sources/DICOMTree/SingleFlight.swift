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
        land(flight, key, result)
        return try result.get()
    }

    /// The same for many keys at once, as far as nobody works on them: nothing is waited for.
    ///
    /// - Parameters:
    ///   - prepare: gets the places of the keys that are worked on here.
    ///   - finish: the result for a place, of what `prepare` made.
    package func run<Prepared>(
        _ keys: [Key], prepare: ([Int]) -> Prepared, finish: (Int, Prepared) throws(Failure) -> Value
    ) {
        let mine = flights.withLock { flights in
            keys.indices.compactMap { place -> (place: Int, flight: Flight)? in
                guard flights[keys[place]] == nil else { return nil }
                let flight = Flight()
                flights[keys[place]] = flight
                return (place, flight)
            }
        }
        guard !mine.isEmpty else { return }
        let prepared = prepare(mine.map(\.place))
        for (place, flight) in mine { land(flight, keys[place], Result { () throws(Failure) in try finish(place, prepared) }) }
    }

    private func land(_ flight: Flight, _ key: Key, _ result: Result<Value, Failure>) {
        flight.result.withLock { $0 = result }
        flights.withLock { $0[key] = nil }
        flight.landed.signal()
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
