import CLinux
import Glibc

/// Which filesystem something lies on, by what outlasts a reboot and another socket: its type, and its UUID where one can be had.
struct FilesystemIdentity: Hashable, Sendable {
    /// As mount(8) calls it.
    let type: String
    /// As blkid(8) writes it; empty where it has none, or none that can be told.
    let uuid: [UInt8]
    /// Whether a file has the same inode number after the next mount, and keeps its time of change.
    let keepsInodes: Bool

    /// Of an open file or folder (O_PATH suffices) on `device`.
    init(descriptor: CInt, device: UInt64) {
        let magic = clinux_filesystem_magic_of(descriptor)
        type = Self.types[magic] ?? "type-\(String(magic, radix: 16))"
        keepsInodes = Self.keepsInodes(type, device)
        uuid = Self.withoutUUID.contains(type) ? [] : Self.uuid(descriptor) ?? Self.uuid(ofDevice: device) ?? []
    }

    /// `ext4 2f1c…`, or the type alone: what is stored.
    var text: [UInt8] { Array(type.utf8) + (uuid.isEmpty ? [] : [UInt8(ascii: " ")] + uuid) }

    /// Whether it may be the one that was recorded: the type must be equal, and the UUID where both are known. An older kernel, or
    /// a container without /dev/disk, knows fewer.
    func matches(_ recorded: [UInt8]) -> Bool {
        let parts = recorded.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard let first = parts.first, first.elementsEqual(type.utf8) else { return false }
        guard parts.count > 1, !uuid.isEmpty else { return true }
        return parts[1].elementsEqual(uuid)
    }

    /// Whether both say which one it is.
    func proves(_ recorded: [UInt8]) -> Bool { !uuid.isEmpty && recorded.contains(UInt8(ascii: " ")) && matches(recorded) }

    /// Numbers of statfs(2). ext2, ext3 and ext4 share one; so do the dialects of SMB for us.
    private static let types: [UInt32: String] = [
        0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0xF2F5_2010: "f2fs", 0x2FC1_2FC1: "zfs", 0xCA45_1A4E: "bcachefs",
        0x3153_464A: "jfs", 0x5265_4973: "reiserfs", 0x4D44: "vfat", 0x2011_BAB0: "exfat", 0x7366_746E: "ntfs3", 0x5346_544E: "ntfs",
        0x482B: "hfsplus", 0x9660: "iso9660", 0x1501_3346: "udf", 0x7371_7368: "squashfs", 0xE0F5_E1E2: "erofs", 0x0102_1994: "tmpfs",
        0x8584_58F6: "ramfs", 0x794C_7630: "overlay", 0x6969: "nfs", 0x517B: "cifs", 0xFF53_4D42: "cifs", 0xFE53_4D42: "cifs",
        0x0102_1997: "9p", 0x6573_5546: "fuse", 0x00C3_6400: "ceph", 0x0BD0_0BD0: "lustre", 0x5346_414F: "afs", 0x4750_4653: "gpfs",
    ]

    /// Made anew with every mount, so that a UUID, where a kernel gives them any, says nothing of the next one; or of a server,
    /// which is not asked in vain.
    private static let withoutUUID: Set<String> = [
        "tmpfs", "ramfs", "overlay", "fuse", "9p", "nfs", "cifs", "ceph", "lustre", "afs", "gpfs",
    ]

    /// These make up inode numbers as files are looked up.
    private static let inventsInodes: Set<String> = ["vfat", "exfat", "fuse", "9p"]

    /// A server of SMB may have no numbers of its own to give (mount.cifs(8), `serverino`).
    private static func keepsInodes(_ type: String, _ device: UInt64) -> Bool {
        if type == "cifs" { return MountTable.options(of: device).contains("serverino") }
        return !inventsInodes.contains(type)
    }

    private static func uuid(_ descriptor: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard clinux_filesystem_uuid(descriptor, &bytes) == 1, bytes.contains(where: { $0 != 0 }) else { return nil }
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            let digits = Array(String(byte, radix: 16).utf8)
            text += digits.count == 1 ? [UInt8(ascii: "0")] + digits : digits
        }
        return text
    }

    /// As udev(7) has found it. Filesystems without a block device have major number 0.
    private static func uuid(ofDevice device: UInt64) -> [UInt8]? {
        guard clinux_major(device) != 0 else { return nil }
        let folder = Array("/dev/disk/by-uuid".utf8)
        let descriptor = withCString(folder, openFolderForCounting)
        guard descriptor >= 0 else { return nil }
        defer { closeDescriptor(descriptor) }
        guard let listing = try? DirectoryListing(descriptor: descriptor) else { return nil }
        for index in 0..<listing.count {
            let name = listing.name(index)
            guard name.count <= 64, withCString(joinPath(folder, name), clinux_block_device) == device else { continue }
            // A blank would end it where it is stored.
            return name.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
        }
        return nil
    }
}
