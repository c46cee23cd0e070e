import CLinux
import Glibc
import Locks

/// The one writing connection of an archive, and the lock that keeps a second `index` out.
///
/// The lock is a byte-range lock of this program's own on the database file, far behind SQLite's: no extra file, gone
/// with the process. Its descriptor is opened before and closed after SQLite's, because closing any descriptor of a file
/// drops the process's POSIX locks on it, SQLite's included.
final class WriterLease: Sendable {
    private struct State {
        var connection: Connection?
        var lock: CInt
    }
    private let state: Mutex<State>

    /// `patience`: seconds to wait for another writer.
    init(_ location: ArchiveLocation, creating: Bool, rule: NamingRule? = nil, patience: Int = 10) throws(ArchiveError) {
        let lock = try Self.lock(location, creating: creating, patience: patience)
        let connection: Connection
        do throws(ArchiveError) {
            connection = try Connection(path: location.text, readOnly: false)
            try Self.prepare(connection, location, rule)
        } catch {
            // `state` has no value yet, so that no deinit closes any of the two once more.
            Glibc.close(lock)
            throw error
        }
        state = Mutex(State(connection: connection, lock: lock))
    }

    /// The connection; it belongs to the one thread that writes.
    func connection() throws(ArchiveError) -> Connection {
        guard let connection = state.withLock({ $0.connection }) else { throw ArchiveError(.database, "the archive is closed") }
        return connection
    }

    /// Checkpoints, seals when nobody else has the archive open, closes. Returns whether it is sealed.
    @discardableResult
    func close() -> Bool {
        let (connection, lock) = state.withLock { state in
            defer { state = State(connection: nil, lock: -1) }
            return (state.connection, state.lock)
        }
        guard let connection else { return true }
        let isSealed = Self.seal(connection)
        connection.close()
        if lock >= 0 { Glibc.close(lock) }
        return isSealed
    }

    deinit { close() }

    private static func prepare(_ connection: Connection, _ location: ArchiveLocation, _ rule: NamingRule?) throws(ArchiveError) {
        do throws(ArchiveError) {
            try Schema.prepare(connection, path: location.text, rule: rule)
            guard try connection.text("PRAGMA journal_mode=WAL") == "wal" else {
                throw ArchiveError(.database, "\(location.text): write-ahead logging is not possible here")
            }
            try connection.execute("PRAGMA wal_autocheckpoint=4096")
        } catch {
            connection.close()
            throw error
        }
    }

    private static func seal(_ connection: Connection) -> Bool {
        connection.setBusyTimeout(milliseconds: 1000)
        try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.setBusyTimeout(milliseconds: 0)
        return (try? connection.text("PRAGMA journal_mode=DELETE")) == "delete"
    }

    /// Opens (or makes) the database file and takes the writers' lock on it.
    private static func lock(_ location: ArchiveLocation, creating: Bool, patience: Int) throws(ArchiveError) -> CInt {
        let fd = withCString(location.path) { Glibc.open($0, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT : 0), 0o600) }
        guard fd >= 0 else {
            throw ArchiveError(.system, "\(location.text) cannot be opened for writing: \(errorText(errno))", errno: errno)
        }
        // An odd umask must not take the owner's own rights away.
        if creating, FileStatus(descriptor: fd)?.size == 0 { fchmod(fd, 0o600) }
        for attempt in 0...(patience * 10) {
            let answer = clinux_try_lock(fd)
            if answer == 1 { return fd }
            if answer < 0 {
                Glibc.close(fd)
                throw ArchiveError(.system, "\(location.text) cannot be locked: \(errorText(-answer))", errno: -answer)
            }
            if attempt < patience * 10 { usleep(100_000) }
        }
        Glibc.close(fd)
        throw ArchiveError(.locked, "another dcmfs is writing to \(location.text); try again when it has finished")
    }
}
