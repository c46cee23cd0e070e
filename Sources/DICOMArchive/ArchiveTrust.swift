import CLinux
import Glibc

/// Whose archives are used without being asked for: the caller's own, and root's, where nobody else can write them.
///
/// An archive decides which files are shown and under which names. Whoever can write one can have a mount of root's with
/// `allow_other` hand out any file, and a mount of anybody's show him as another patient's what he chose.
struct ArchiveTrust {
    let user: uid_t
    let groups: Set<gid_t>

    static func ofProcess() -> ArchiveTrust {
        var groups: Set<gid_t> = [getegid()]
        let count = getgroups(0, nil)
        if count > 0 {
            var buffer = [gid_t](repeating: 0, count: Int(count))
            groups.formUnion(buffer.prefix(Int(max(0, getgroups(count, &buffer)))))
        }
        return ArchiveTrust(user: geteuid(), groups: groups)
    }

    /// Throws `untrusted` with the first reason not to.
    func check(_ location: ArchiveLocation) throws(ArchiveError) {
        let reason = objectionToFiles(location) ?? objectionToFolders(location) ?? objectionToMedium(location)
        guard let reason else { return }
        throw ArchiveError(
            .untrusted,
            "\(reason): whoever can write an archive decides which files it shows. "
                + "If you trust everyone who can, say --trust-archive (mounts: -o trust_archive)")
    }

    /// Throws `untrusted` for what somebody may have put beside the archive meanwhile, where a sticky folder lets him: SQLite would
    /// take it for the archive's log.
    func checkFiles(_ location: ArchiveLocation) throws(ArchiveError) {
        if let reason = objectionToFiles(location) { throw ArchiveError(.untrusted, "\(reason); nothing is read from the archive") }
    }

    // MARK: - Objections

    /// The database and what SQLite takes for parts of it.
    private func objectionToFiles(_ location: ArchiveLocation) -> String? {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let path = location.path + Array(suffix.utf8)
            guard let status = FileStatus(path: path) else { continue }
            let name = location.text + suffix
            guard status.isRegular else { return "\(name) is not a file" }
            guard owns(status) || isShared(status, with: 0o060) else { return Self.foreign(name, status) }
            if let who = writers(status, path) { return "\(name) can be written by \(who)" }
        }
        return nil
    }

    /// Every folder above, since whoever owns one of them, or may rename in it, can exchange what lies below.
    private func objectionToFolders(_ location: ArchiveLocation) -> String? {
        var owners: Set<uid_t> = [user, 0]
        // Who may give an archive to a group may keep it in a folder of his own.
        if let status = FileStatus(path: location.path), isShared(status, with: 0o060) { owners.insert(status.owner) }
        var folder = location.folder
        while true {
            let name = shown(folder)
            guard let status = FileStatus(path: folder), status.isDirectory else { return "the folder \(name) cannot be looked at" }
            guard owners.contains(status.owner) else { return Self.foreign("the folder \(name)", status) }
            // In a sticky folder only its owner and the entry's may rename the entry; both are known by now.
            if status.mode & S_ISVTX == 0, let who = writers(status, folder) { return "the folder \(name) can be written by \(who)" }
            guard folder.count > 1, let slash = folder.lastIndex(of: UInt8(ascii: "/")) else { return nil }
            folder = slash == 0 ? [UInt8(ascii: "/")] : Array(folder[..<slash])
        }
    }

    /// Owners and modes on a disc say nothing about who made it.
    private func objectionToMedium(_ location: ArchiveLocation) -> String? {
        var status = statvfs()
        guard withCString(location.folder, { statvfs($0, &status) }) == 0 else { return "the filesystem of \(location.text) cannot be looked at" }
        return status.f_flag & UInt(CLINUX_ST_RDONLY) != 0 ? "\(location.text) lies on read-only media, where owners mean nothing" : nil
    }

    private func owns(_ status: FileStatus) -> Bool { status.owner == user || status.owner == 0 }

    /// Whether a file is a group's (`dcmfs index --group`) of which the caller is a member.
    private func isShared(_ status: FileStatus, with bits: UInt32) -> Bool { status.mode & bits != 0 && groups.contains(status.group) }

    /// Who may write besides the owner, as far as that is more than the group that the caller is in.
    private func writers(_ status: FileStatus, _ path: [UInt8]) -> String? {
        if status.mode & S_IWOTH != 0 { return "everybody" }
        guard status.mode & S_IWGRP != 0 else { return nil }
        // With a list the group's bits are the most that anyone in it is given.
        if withCString(path, clinux_has_access_list) != 0 { return "others (it has an access control list)" }
        return status.group == 0 || groups.contains(status.group) ? nil : "the group \(status.group), which you are not in"
    }

    private static func foreign(_ name: String, _ status: FileStatus) -> String {
        "\(name) belongs to user \(status.owner), neither to you nor to root"
    }
}
