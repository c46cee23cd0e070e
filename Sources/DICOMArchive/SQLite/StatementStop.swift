import CSQLite

/// Ends statements that run long, from any thread and from a signal handler: a statement that goes through millions of rows, or
/// one that a hostile file makes endless, must not outlive the wish to end.
///
/// `@unchecked Sendable`: the flag is read and written atomically, by C, and its memory is never given back.
package final class StatementStop: @unchecked Sendable {
    let flag: UnsafeMutablePointer<CInt>

    init() {
        flag = .allocate(capacity: 1)
        flag.initialize(to: 0)
    }

    /// The statements of all connections that were opened without another one.
    package static let ofProcess = StatementStop()

    /// Every statement that runs, or begins, ends with an error `interrupted` once it has taken more than about a millisecond.
    /// There is no way back: the process is about to end.
    package func raise() { CSQLite_raise(flag) }

    package var isRaised: Bool { CSQLite_isRaised(flag) != 0 }
}
