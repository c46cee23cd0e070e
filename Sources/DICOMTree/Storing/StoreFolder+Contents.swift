import DICOMArchive
import Glibc

/// What lies in the folder: only what bears names of ours.
extension StoreFolder {
    struct Entry {
        /// 64 digits.
        let name: [UInt8]
        /// What it takes on a disk.
        let cost: Int
        /// Nanoseconds since 1970: time of the last modification, which is also set when a picture is used.
        let usedNs: Int64
    }

    /// Disks give out space in blocks.
    static func cost(_ bytes: Int) -> Int { (bytes + 4_095) & ~4_095 }

    /// Every stored picture. On the way it removes what somebody began to write and did not finish: files that were
    /// begun before `oldest` (nanoseconds since 1970). Ends early when `isWanted` says so. Throws an errno.
    func contents(removingUnfinishedBefore oldest: Int64, isWanted: () -> Bool) throws(ErrorNumber) -> [Entry] {
        var entries: [Entry] = []
        for folder in try names(in: nil).filter(Self.isFolder) {
            guard isWanted() else { return entries }
            let directory = openFolder(folder)
            // Links and files are none of ours.
            if [-ENOENT, -ELOOP, -ENOTDIR].contains(directory) { continue }
            guard directory >= 0 else { throw ErrorNumber(code: -directory) }
            defer { close(directory) }
            for file in try Self.names(directory) {
                let isPicture = Self.isPicture(file)
                guard isPicture || Self.isUnfinished(file), let entry = try Self.entry(file, in: directory, folder) else { continue }
                if isPicture { entries.append(entry) } else if entry.usedNs < oldest { Self.remove(file, in: directory) }
            }
        }
        return entries
    }

    struct ErrorNumber: Error {
        let code: CInt
    }

    private func names(in folder: [UInt8]?) throws(ErrorNumber) -> [[UInt8]] {
        let directory = openFolder(folder)
        if directory == -ENOENT { return [] }
        guard directory >= 0 else { throw ErrorNumber(code: -directory) }
        defer { close(directory) }
        return try Self.names(directory)
    }

    private static func names(_ directory: CInt) throws(ErrorNumber) -> [[UInt8]] {
        do throws(ArchiveError) {
            let listing = try DirectoryListing(descriptor: directory)
            return (0..<listing.count).map { listing.name($0) }
        } catch {
            throw ErrorNumber(code: error.errno)
        }
    }

    /// Nil for what another mount has just removed, and for what is no file.
    private static func entry(_ file: [UInt8], in directory: CInt, _ folder: [UInt8]) throws(ErrorNumber) -> Entry? {
        var status = stat()
        let name = file.map { CChar(bitPattern: $0) } + [0]
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw ErrorNumber(code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Entry(name: folder + file, cost: cost(Int(status.st_size)), usedNs: status.st_mtim.nanoseconds)
    }
}

extension timespec {
    /// Since 1970, where that fits.
    var nanoseconds: Int64 {
        let (product, overflow) = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (tv_sec < 0 ? .min : .max) : product &+ Int64(tv_nsec)
    }

    static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.nanoseconds
    }
}
