import CLinux
import Glibc

/// The folder that pictures are stored in: the given one belongs to the user alone, and all that is ours in it lies below one
/// subfolder, under names of one pattern:
///
///     DIR/dcmfs-1/ab/<62 hexadecimal digits>              a picture (`StoredPicture`)
///     DIR/dcmfs-1/ab/<62 digits>.<16 digits>.new          one that is being written
///
/// Nothing else is ever removed or replaced. No symbolic link is followed below DIR.
package final class StoreFolder: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Of this layout and of `StoredPicture`: another version has another folder.
    static let subfolder = "dcmfs-1"
    private let descriptor: CInt

    /// Makes the folder (mode 0700) where there is none; its parent must exist. The path is a resolved one: a link that took
    /// its place meanwhile is not followed.
    package init(path: [UInt8]) throws(Failure) {
        let name = String(decoding: path, as: UTF8.self)
        let place = path.map { CChar(bitPattern: $0) } + [0]
        let isNew = mkdir(place, 0o700) == 0
        let reason = errno
        guard isNew || reason == EEXIST else {
            let advice = reason == ENOENT ? "; the folder that it lies in must be there" : ""
            throw Failure(description: "cache_dir \(name) cannot be made: \(String(cString: strerror(reason)))\(advice)")
        }
        let opened = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw Failure(description: "cache_dir \(name): \(String(cString: strerror(errno)))") }
        if isNew { fchmod(opened, 0o700) }
        var status = stat()
        let problem = fstat(opened, &status) == 0 ? Self.problem(of: status, name) : String(cString: strerror(errno))
        if let problem {
            close(opened)
            throw Failure(description: "cache_dir \(name) \(problem)")
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Group bits tell of access control lists, too: they hold what those may grant at most (acl(5)).
    private static func problem(of status: stat, _ name: String) -> String? {
        if status.st_uid != geteuid() { return "belongs to another user; name a folder of your own" }
        guard status.st_mode & 0o077 != 0 else { return nil }
        let mode = String(status.st_mode & 0o777, radix: 8)
        return "is open to other users (mode \(mode)), and will hold pictures of patients; run 'chmod 700 \(name)', or name another folder"
    }

    // MARK: - Names

    static let nameLength = 64

    /// `ab` and the rest of a name of 64 digits.
    static func place(_ name: [UInt8]) -> (folder: [UInt8], file: [UInt8]) { (Array(name.prefix(2)), Array(name.dropFirst(2))) }

    static func isFolder(_ name: [UInt8]) -> Bool { name.count == 2 && name.allSatisfy(isDigit) }

    static func isPicture(_ name: [UInt8]) -> Bool { name.count == nameLength - 2 && name.allSatisfy(isDigit) }

    static func isUnfinished(_ name: [UInt8]) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3 && isPicture(Array(parts[0])) && parts[1].count == 16 && parts[1].allSatisfy(isDigit)
            && parts[2].elementsEqual("new".utf8)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func unfinished(_ file: [UInt8]) -> [UInt8] {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return file + Array(".\(String(repeating: "0", count: 16 - digits.count))\(digits).new".utf8)
    }

    private static func path(_ parts: [UInt8]...) -> [CChar] {
        ([Array(subfolder.utf8)] + parts).joined(separator: [UInt8(ascii: "/")]).map { CChar(bitPattern: $0) } + [0]
    }

    private static func cString(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }

    // MARK: - One file

    /// Opens a stored file for reading: a descriptor, or -errno.
    func openPicture(_ name: [UInt8]) -> CInt {
        let (folder, file) = Self.place(name)
        return clinux_open_beneath(descriptor, Self.path(folder, file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    }

    /// Writes a file beside its place and puts it there when it is whole. 0, or an errno; a name that is taken is EEXIST.
    func write(_ pieces: [[UInt8]], as name: [UInt8]) -> CInt {
        let (folder, file) = Self.place(name)
        let directory = makeFolder(folder)
        guard directory >= 0 else { return -directory }
        defer { close(directory) }
        let temporary = Self.cString(Self.unfinished(file))
        let opened = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard opened >= 0 else { return errno }
        var code: CInt = fchmod(opened, 0o600) == 0 ? 0 : errno
        for piece in pieces where code == 0 { code = Self.write(piece, to: opened) }
        if close(opened) != 0, code == 0 { code = errno }
        if code == 0 { code = -clinux_publish(directory, temporary, Self.cString(file)) }
        if code != 0 { unlinkat(directory, temporary, 0) }
        return code
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
        bytes.withUnsafeBytes { buffer -> CInt in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                rest = rest.dropFirst(count)
            }
            return 0
        }
    }

    /// A descriptor, or -errno.
    private func makeFolder(_ name: [UInt8]) -> CInt {
        let found = openFolder(name)
        guard found == -ENOENT else { return found }
        for path in [Self.path(), Self.path(name)] where mkdirat(descriptor, path, 0o700) != 0 && errno != EEXIST { return -errno }
        return openFolder(name)
    }

    func openFolder(_ name: [UInt8]?) -> CInt {
        let path = name.map { Self.path($0) } ?? Self.path()
        return clinux_open_beneath(descriptor, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }

    /// Removes a stored file, if it is a file. 0, also where there is none (any more), or an errno.
    @discardableResult
    func remove(_ name: [UInt8]) -> CInt {
        let (folder, file) = Self.place(name)
        let directory = openFolder(folder)
        guard directory >= 0 else { return directory == -ENOENT ? 0 : -directory }
        defer { close(directory) }
        return Self.remove(file, in: directory)
    }

    /// Whatever else has a name of ours is not ours.
    @discardableResult
    static func remove(_ file: [UInt8], in directory: CInt) -> CInt {
        var status = stat()
        let name = cString(file)
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return errno == ENOENT ? 0 : errno }
        guard status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return unlinkat(directory, name, 0) == 0 || errno == ENOENT ? 0 : errno
    }
}
