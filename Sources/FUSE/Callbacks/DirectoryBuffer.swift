import CFUSE3
import Glibc

/// The answer to READDIR or READDIRPLUS while it fills up.
struct DirectoryBuffer {
    let request: fuse_req_t
    let room: UnsafeMutableRawBufferPointer
    let timeouts: CacheTimeouts
    /// Full attributes with each entry: saves a LOOKUP for each.
    let isPlus: Bool
    let filesystem: any Filesystem
    private(set) var used = 0
    /// Nodes in it to which references are counted: the kernel has them as soon as it has the answer.
    private(set) var counted: [UInt64] = []

    init(request: fuse_req_t, room: UnsafeMutableRawBufferPointer, timeouts: CacheTimeouts, isPlus: Bool, filesystem: any Filesystem) {
        self.filesystem = filesystem
        self.request = request
        self.room = room
        self.timeouts = timeouts
        self.isPlus = isPlus
    }

    /// False when the entry does not fit any more.
    mutating func add(_ entry: DirectoryEntry) -> Bool {
        guard isPlus, !entry.isSelfOrParent, filesystem.isCounted(entry.attributes.node) else { return write(entry) }
        guard let attributes = filesystem.refer(to: entry.attributes) else { return write(entry, nameOnly: true) }
        guard write(DirectoryEntry(name: entry.name, attributes: attributes, cookie: entry.cookie)) else {
            filesystem.forget(attributes.node, count: 1)
            return false
        }
        counted.append(attributes.node)
        return true
    }

    private mutating func write(_ entry: DirectoryEntry, nameOnly: Bool = false) -> Bool {
        guard let base = room.baseAddress else { return false }
        let free = room.count - used
        let target = (base + used).assumingMemoryBound(to: CChar.self)
        let taken = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Callbacks.nameLimit + 1) { name in
            var length = 0
            for byte in entry.name.prefix(Callbacks.nameLimit) {
                name[length] = CChar(bitPattern: byte)
                length += 1
            }
            name[length] = 0
            return add(entry, nameOnly: nameOnly, named: name.baseAddress, at: target, free: free)
        }
        guard taken <= free else { return false }
        used += taken
        return true
    }

    /// Bytes that the entry takes; written only when that is not more than `free`.
    private func add(
        _ entry: DirectoryEntry, nameOnly: Bool, named name: UnsafePointer<CChar>?, at target: UnsafeMutablePointer<CChar>, free: Int
    ) -> Int {
        if isPlus {
            var parameters = entry.attributes.entryParameters(timeouts)
            // Without a node the kernel looks the name up when somebody wants it.
            if nameOnly { parameters.ino = 0 }
            return fuse_add_direntry_plus(request, target, free, name, &parameters, Int(entry.cookie))
        }
        var stat = Glibc.stat()
        stat.st_ino = UInt(entry.attributes.number)
        stat.st_mode = entry.attributes.mode
        return fuse_add_direntry(request, target, free, name, &stat, Int(entry.cookie))
    }
}

extension DirectoryEntry {
    /// `.` and `..`, to which the kernel does not refer.
    fileprivate var isSelfOrParent: Bool { cookie <= 2 }
}
