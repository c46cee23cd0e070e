import Locks

/// A value shared by threads of a test.
final class Locked<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func with<R>(_ body: (inout Value) -> R) -> R where R: Sendable { value.withLock { body(&$0) } }
}
