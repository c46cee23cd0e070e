import CLinux
import Glibc

extension Archive {
    /// Opens an archive. `path` may be relative to the working directory.
    ///
    /// - Parameters:
    ///   - isTrusted: whether the caller says so of an archive that others may have written (`ArchiveTrust`).
    ///   - names: the rule for names of an archive that is made now (`people` where nil); an existing one must have it.
    ///   - group: whom the files of an archive that is made now are shared with; nil for the owner alone.
    package static func open(
        path: [UInt8], mode: Mode, isTrusted: Bool = false, names: NamingRule? = nil, group: UInt32? = nil
    ) throws(ArchiveError) -> Archive {
        let location = try ArchiveLocation(path, mode: mode)
        let trust = isTrusted ? nil : ArchiveTrust.ofProcess()
        try trust?.check(location)
        if let group { try location.share(with: group) }
        let writer = mode == .readOnly ? nil : try WriterLease(location, creating: mode == .create, rule: names)
        do throws(ArchiveError) {
            let monitor = try mode == .readOnly ? upToDateReader(location) : openReader(location)
            return Archive(location: location, monitor: monitor, writer: writer, trust: trust)
        } catch {
            writer?.close()
            throw error
        }
    }

    /// Why an archive is not used without being told that it may be; nil where it is, or where there is none.
    package static func distrust(path: [UInt8]) -> String? {
        // Another fault than distrust is reported by the command that opens the archive.
        guard let location = try? ArchiveLocation(path, mode: .readWrite) else { return nil }
        do throws(ArchiveError) {
            try ArchiveTrust.ofProcess().check(location)
            return nil
        } catch {
            return error.message
        }
    }

    /// Seals an archive when nobody else has it open, e.g. at the end of a mount that an `index` worked beside.
    package static func sealIfIdle(path: [UInt8], isTrusted: Bool = false) {
        // An archive that is gone, distrusted or in use stays as it is: the next writer closes it.
        guard let location = try? ArchiveLocation(path, mode: .readWrite), location.isInLogMode,
            isTrusted || (try? ArchiveTrust.ofProcess().check(location)) != nil,
            let writer = try? WriterLease(location, creating: false, patience: 0)
        else { return }
        writer.close()
    }

    /// As `openReader`; an archive of an older version is brought up to date first where that is possible.
    private static func upToDateReader(_ location: ArchiveLocation) throws(ArchiveError) -> Connection {
        do throws(ArchiveError) {
            return try openReader(location)
        } catch  where error.code == .olderVersion {
            let outdated = error
            do throws(ArchiveError) {
                try WriterLease(location, creating: false).close()
            } catch {
                throw [.locked, .system].contains(error.code) ? outdated : error
            }
            return try openReader(location)
        }
    }

    private static func openReader(_ location: ArchiveLocation) throws(ArchiveError) -> Connection {
        if location.hasLog && !location.folderIsWritable { throw location.unsealed }
        let connection: Connection
        do throws(ArchiveError) {
            connection = try Connection(path: location.text, readOnly: true)
        } catch  where !location.folderIsWritable && error.code != .notAnArchive {
            // A database in WAL mode without its log needs a folder in which SQLite may make one.
            throw location.unsealed
        }
        do throws(ArchiveError) {
            try Schema.check(connection, path: location.text)
            guard try !Schema.isOutdated(connection) else {
                throw ArchiveError(
                    .olderVersion,
                    "\(location.text) was made by an older dcmfs; where it can be written, run: dcmfs status --close \(location.text)")
            }
        } catch {
            connection.close()
            throw error
        }
        return connection
    }
}

/// Where an archive lies, in the forms the parts of the opening need.
struct ArchiveLocation {
    let path: [UInt8]
    let folder: [UInt8]
    /// `path` for SQLite, which takes UTF-8 only.
    let text: String

    init(_ given: [UInt8], mode: Archive.Mode) throws(ArchiveError) {
        guard !given.isEmpty else { throw ArchiveError(.badPath, "the path of the archive is empty") }
        // A symbolic link leads to the archive, as it does for mount.
        let given = realPath(given) ?? given
        guard let text = String(validating: given, as: UTF8.self), !given.contains(0) else {
            throw ArchiveError(.badPath, "the path of the archive is not valid UTF-8")
        }
        let slash = given.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { Array(given[($0 + 1)...]) } ?? given
        let parent = slash.map { $0 == 0 ? [UInt8(ascii: "/")] : Array(given[..<$0]) } ?? [UInt8(ascii: ".")]
        guard let folder = realPath(parent), !name.isEmpty, let folderText = String(validating: folder, as: UTF8.self) else {
            throw ArchiveError(.badPath, "the folder of \(text) does not exist")
        }
        self.folder = folder
        path = joinPath(folder, name)
        self.text = (folderText == "/" ? "" : folderText) + "/" + String(decoding: name, as: UTF8.self)
        try check(mode)
    }

    private func check(_ mode: Archive.Mode) throws(ArchiveError) {
        guard let status = FileStatus(path: path) else {
            if errno == EACCES { throw denied }
            if mode == .create { return }
            throw ArchiveError(.noArchive, "there is no archive \(text) (make one: dcmfs index \(text) FOLDER)")
        }
        guard status.isRegular else { throw ArchiveError(.notAnArchive, "\(text) is not a file") }
        if withCString(path, { access($0, R_OK) }) != 0, errno == EACCES { throw denied }
        if status.size == 0 && mode == .readOnly { throw ArchiveError(.notAnArchive, "\(text) is empty") }
    }

    private var denied: ArchiveError { ArchiveError(.system, "\(text): \(String(cString: strerror(EACCES)))", errno: EACCES) }

    /// Whether committed rows may wait beside the database in a log.
    var hasLog: Bool { Self.isNonEmpty(path + Array("-wal".utf8)) || Self.isNonEmpty(path + Array("-journal".utf8)) }
    /// An empty log is left behind when the last connection could only read.
    var isInLogMode: Bool { FileStatus(path: path + Array("-wal".utf8)) != nil }
    var folderIsWritable: Bool { withCString(folder) { access($0, W_OK) } == 0 }

    var unsealed: ArchiveError {
        ArchiveError(
            .unsealed,
            "\(text) was not closed properly and its folder cannot be written here; "
                + "where it can be written, run: dcmfs status --close \(text)")
    }

    /// Gives the database and its log to a group (mode 0660), so that its members may read and index. SQLite gives the files that it
    /// makes beside the database the same owner, group and mode.
    func share(with group: UInt32) throws(ArchiveError) {
        let descriptor = withCString(path) { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw ArchiveError(.system, "\(text): \(errorText(errno))", errno: errno) }
        close(descriptor)
        for suffix in ["", "-wal", "-shm"] {
            let file = path + Array(suffix.utf8)
            guard let status = FileStatus(path: file), status.isRegular else { continue }
            if status.group == group, status.mode & 0o777 == 0o660 { continue }
            // In this order: nobody of the former group gets in between.
            guard withCString(file, { lchown($0, .max, group) == 0 && chmod($0, 0o660) == 0 }) else {
                throw ArchiveError(.system, "\(text + suffix) cannot be given to group \(group): \(errorText(errno))", errno: errno)
            }
        }
    }

    private static func isNonEmpty(_ path: [UInt8]) -> Bool { FileStatus(path: path).map { $0.size > 0 } ?? false }
}
