import CLinux
import Glibc

/// The folder of `index --copy-to`: copies by content, `ab/<SHA-256>.dcm`, each durable and read back before a row names it.
final class CopyStore {
    let root: OpenRoot
    private let isCancelled: (@Sendable () -> Bool)?
    /// Made since the last commit: no row names them yet.
    private var uncommitted: [(folder: [UInt8], name: [UInt8])] = []
    private let hexDigitsOf: [UInt8] = Array("0123456789abcdef".utf8)
    static let partialPrefix = Array(".partial-".utf8)

    init(root: OpenRoot, isCancelled: (@Sendable () -> Bool)? = nil) {
        self.root = root
        self.isCancelled = isCancelled
    }

    /// Makes the folder where there is none, and refuses one of others as `-o cache_dir` does: what lies in it are patients' files,
    /// and who may write to it could put others in their place. Its absolute path.
    static func prepareFolder(_ given: [UInt8]) throws(ArchiveError) -> [UInt8] {
        let made = withCString(given) { mkdir($0, 0o700) }
        let code = errno
        guard made == 0 || code == EEXIST, let path = realPath(given) else {
            throw ArchiveError(.badPath, "the folder for copies \(shown(given)) cannot be made: \(errorText(code))")
        }
        let descriptor = withCString(path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw ArchiveError(.badPath, "the folder for copies \(shown(path)): \(errorText(errno))") }
        defer { closeDescriptor(descriptor) }
        // Whatever the umask.
        if made == 0 { fchmod(descriptor, 0o700) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ArchiveError(.badPath, "the folder for copies \(shown(path)): \(errorText(errno))") }
        guard status.st_uid == geteuid() else {
            throw ArchiveError(.badPath, "the folder for copies \(shown(path)) belongs to another user; name a folder of your own")
        }
        // Group bits tell of access control lists, too (acl(5)).
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw ArchiveError(
                .badPath, "the folder for copies \(shown(path)) is open to other users (mode \(mode)), and will hold files of patients; "
                    + "run 'chmod 700 \(shown(path))', or name another folder")
        }
        return path
    }

    /// The rows of what was copied are durable.
    func committed() { uncommitted.removeAll(keepingCapacity: true) }

    /// The rows of what was copied last will never be: nobody would count these files.
    func discard() {
        for copy in uncommitted {
            let directory = openFolder(root, copy.folder)
            guard directory >= 0 else { continue }
            _ = withCString(copy.name) { unlinkat(directory, $0, 0) }
            closeDescriptor(directory)
        }
        uncommitted = []
    }

    /// Whether nobody else writes to a partial file; from then on this process does, until it closes it.
    static func lock(_ file: CInt) -> Bool { clinux_try_lock(file) == 1 }

    /// Removes what killed runs left half written. One that is being written is locked.
    func removePartials() {
        for digits in 0..<256 {
            let folder = [hexDigitsOf[digits >> 4], hexDigitsOf[digits & 15]]
            let directory = openFolder(root, folder)
            guard directory >= 0 else { continue }
            defer { closeDescriptor(directory) }
            // Cleaning up: a folder that cannot be listed now is tried by the next run.
            guard let listing = try? DirectoryListing(descriptor: directory) else { continue }
            for index in 0..<listing.count where listing.name(index).starts(with: Self.partialPrefix) {
                let name = listing.name(index)
                let file = withCString(name) { openat(directory, $0, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
                guard file >= 0 else { continue }
                if FileStatus(descriptor: file)?.isRegular == true, Self.lock(file) { _ = withCString(name) { unlinkat(directory, $0, 0) } }
                closeDescriptor(file)
            }
        }
    }

    struct Copy {
        let folder: [UInt8]
        let name: [UInt8]
        let digest: [UInt8]
        let identity: FileIdentity
    }

    /// Copies an open file of `size` bytes. The same content again gives the copy that is there.
    func copy(_ source: CInt, size: Int64) throws(ArchiveError) -> Copy {
        let digest = try digestOfFile(source, size: size, isCancelled: isCancelled)
        let hex = digest.flatMap { [hexDigitsOf[Int($0 >> 4)], hexDigitsOf[Int($0 & 15)]] }
        let folder = Array(hex.prefix(2))
        let name = hex + Array(".dcm".utf8)
        let directory = try subfolder(folder)
        defer { closeDescriptor(directory) }
        if let known = verified(directory, name, digest, size) { return Copy(folder: folder, name: name, digest: digest, identity: known) }
        let temporary = Self.partialPrefix + Array(String(getpid()).utf8)
        do throws(ArchiveError) {
            try write(source, size, directory, temporary)
            guard verified(directory, temporary, digest, size) != nil else {
                throw ArchiveError(.system, "a copy in \(shown(root.absolutePath)) reads back differently", errno: EIO)
            }
            let moved = withCString(temporary) { from in withCString(name) { renameat(directory, from, directory, $0) } }
            guard moved == 0 else { throw failure("cannot be completed") }
            uncommitted.append((folder, name))
            guard fsync(directory) == 0 else { throw failure("cannot be completed") }
        } catch {
            _ = withCString(temporary) { unlinkat(directory, $0, 0) }
            throw error
        }
        guard let identity = verified(directory, name, digest, size) else { throw failure("cannot be read back") }
        return Copy(folder: folder, name: name, digest: digest, identity: identity)
    }

    private func subfolder(_ name: [UInt8]) throws(ArchiveError) -> CInt {
        let made = withCString(name) { mkdirat(root.descriptor, $0, 0o700) }
        guard made == 0 || errno == EEXIST else { throw failure("cannot be written") }
        let descriptor = openFolder(root, name)
        guard descriptor >= 0 else { throw ArchiveError(.system, "\(shown(root.absolutePath)): \(errorText(-descriptor))", errno: -descriptor) }
        if made == 0 {
            let parent = openFolder(root, [])
            if parent >= 0 {
                fsync(parent)
                closeDescriptor(parent)
            }
        }
        return descriptor
    }

    private func write(_ source: CInt, _ size: Int64, _ directory: CInt, _ name: [UInt8]) throws(ArchiveError) {
        let target = withCString(name) { openat(directory, $0, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600) }
        guard target >= 0 else { throw failure("cannot be written") }
        defer { closeDescriptor(target) }
        // Whoever cleans up leaves a locked one alone; a filesystem without locks has nobody else writing to it.
        _ = Self.lock(target)
        let length = 256 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let count = pread(source, buffer.baseAddress, min(length, Int(size - offset)), off_t(offset))
            if isCancelled?() == true { throw ArchiveError(.interrupted, LongWork.interrupted) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw ArchiveError(.sourceUnavailable, "a source cannot be read: \(errorText(errno))", errno: errno) }
            var written = 0
            while written < count {
                let step = pwrite(
                    target, UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped) + written, count - written, off_t(offset) + off_t(written))
                if step < 0 && errno == EINTR { continue }
                guard step > 0 else { throw failure("cannot be written") }
                written += step
            }
            offset += Int64(count)
        }
        guard fsync(target) == 0 else { throw failure("cannot be written") }
    }

    /// The identity of a copy whose bytes have the digest.
    private func verified(_ directory: CInt, _ name: [UInt8], _ digest: [UInt8], _ size: Int64) -> FileIdentity? {
        let descriptor = withCString(name) { openat(directory, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        defer { closeDescriptor(descriptor) }
        // A file that cannot be read is not the copy: the caller makes a new one.
        guard let status = FileStatus(descriptor: descriptor), status.isRegular, status.size == size,
            let found = try? digestOfFile(descriptor, size: size, isCancelled: isCancelled), found == digest
        else { return nil }
        return status.identity
    }

    private func failure(_ what: String) -> ArchiveError {
        let code = errno
        return ArchiveError(.system, "the folder of copies \(shown(root.absolutePath)) \(what): \(errorText(code))", errno: code)
    }
}

/// A path for a message.
func shown(_ path: [UInt8]) -> String { String(decoding: printable(path), as: UTF8.self) }

extension IngestWriter {
    /// With `--copy-to`: makes sure that the archive owns a copy of the instance, before the transaction names it.
    func copyIfWanted(_ candidate: Candidate, _ file: ReadFile, _ instance: Int64) throws(ArchiveError) {
        guard let store = copyStore, try !sources(ofInstance: instance).contains(where: { $0.kind == .copy && !$0.isGone }) else { return }
        let descriptor = openFile(candidate.folder, candidate.name)
        guard descriptor >= 0 else { throw ArchiveError(.sourceUnavailable, errorText(-descriptor), errno: -descriptor) }
        defer { closeDescriptor(descriptor) }
        let copy = try store.copy(descriptor, size: file.identity.size)
        let folder = IndexedFolder(root: store.root, path: copy.folder, device: store.root.device, row: 0)
        var source = SourceRecord()
        source.directory = try row(of: folder)
        source.name = copy.name
        source.kind = .copy
        source.identity = copy.identity
        source.instance = instance
        source.digest = copy.digest
        let standing = try findSource(source.directory, source.name)
        if let standing, let other = standing.instance, other != instance { return }
        try write(source, isNew: standing == nil)
        report.copied += 1
    }
}
