import DICOMArchive
import Glibc

/// `dcmfs mount FOLDER MOUNTPOINT`: the archive of a folder that has none yet, in the user's cache folder.
struct FolderArchive {
    /// Absolute.
    let folder: [UInt8]
    let archive: [UInt8]
    private let cache: [UInt8]

    /// Nil where `path` is no folder: then it is an archive itself.
    init?(of path: String) throws(CommandFailure) {
        let given = Arguments.bytes(path)
        guard DiskFile.isDirectory(given) else { return nil }
        guard let real = Arguments.withPath(path, { realpath($0, nil) }) else { throw CommandFailure("\(shownPath(given)): \(String(cString: strerror(errno)))") }
        defer { free(real) }
        folder = Array(UnsafeRawBufferPointer(start: real, count: strlen(real)))
        cache = try Self.cacheBase()
        archive = joinPath(joinPath(cache, Array("dcmfs".utf8)), Self.name(folder))
    }

    /// One name for each folder: its last part, for people, and a hash of the whole path.
    private static func name(_ folder: [UInt8]) -> [UInt8] {
        let last = folder.split(separator: UInt8(ascii: "/")).last.map { Array($0.prefix(64)) } ?? []
        let plain = last.map { byte in
            byte < 0x80 && (isalnum(CInt(byte)) != 0 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")) ? byte : UInt8(ascii: "_")
        }
        // FNV-1a, 64 bits: to tell folders of one user apart, not against anybody.
        let hash = folder.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Array("folder-".utf8) + plain + Array("-\(String(hash, radix: 16)).db".utf8)
    }

    /// `$XDG_CACHE_HOME`, or ~/.cache where that is no absolute path (XDG Base Directory Specification).
    private static func cacheBase() throws(CommandFailure) -> [UInt8] {
        let base = variable("XDG_CACHE_HOME")
        if base.first == UInt8(ascii: "/") { return base }
        guard let home = home() else { throw CommandFailure("there is no HOME to keep an index in; make an archive: dcmfs index ARCHIVE FOLDER") }
        return joinPath(home, Array(".cache".utf8))
    }

    /// For its owner alone: an archive names patients.
    private func makeCacheFolder() throws(CommandFailure) {
        let folder = joinPath(cache, Array("dcmfs".utf8))
        _ = mkdir(Self.cPath(cache), 0o700)
        _ = mkdir(Self.cPath(folder), 0o700)
        let descriptor = open(Self.cPath(folder), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw CommandFailure("\(shownPath(folder)): \(String(cString: strerror(errno))); make an archive elsewhere: dcmfs index ARCHIVE FOLDER")
        }
        defer { close(descriptor) }
        guard status.st_uid == geteuid() else { throw CommandFailure("\(shownPath(folder)): belongs to somebody else; no index is kept there") }
        guard status.st_mode & 0o077 == 0 || fchmod(descriptor, 0o700) == 0 else {
            throw CommandFailure("\(shownPath(folder)): is open to other users; no index is kept there")
        }
    }

    private static func variable(_ name: String) -> [UInt8] {
        getenv(name).map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    }

    private static func home() -> [UInt8]? {
        let named = variable("HOME")
        if named.first == UInt8(ascii: "/") { return named }
        guard let directory = getpwuid(geteuid())?.pointee.pw_dir else { return nil }
        return Array(UnsafeRawBufferPointer(start: directory, count: strlen(directory)))
    }

    private static func cPath(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

    /// Brings the archive up to date, with the progress and the summary of `dcmfs index`. A process of its own: the one that mounts
    /// splits in two afterwards, and no thread survives that.
    ///
    /// - Parameter isolates: one process for one file.
    func index(isolates: Bool) throws(CommandFailure) {
        try makeCacheFolder()
        let words: [[UInt8]] = ["dcmfs", "index", "--mounting"].map { Array($0.utf8) } + (isolates ? [Array("--isolate".utf8)] : []) + [archive, folder]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup(Self.cPath($0)) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let result = posix_spawn(&child, "/proc/self/exe", nil, nil, &arguments, environ)
        guard result == 0 else { throw CommandFailure("indexing \(shownPath(folder)): \(String(cString: strerror(result)))") }
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw CommandFailure("indexing \(shownPath(folder)): \(String(cString: strerror(errno)))") }
        }
        // As WIFEXITED and WEXITSTATUS, which are macros.
        guard status & 0x7f == 0, status >> 8 & 0xff == 0 else { throw CommandFailure("\(shownPath(folder)) could not be indexed, and is not mounted") }
    }
}
