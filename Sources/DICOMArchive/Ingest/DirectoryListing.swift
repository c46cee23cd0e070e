import CLinux
import Glibc

/// The entries of one folder, sorted by bytes, in one piece of memory.
package struct DirectoryListing {
    package enum Kind: UInt8 {
        case file, folder, symbolicLink, special, unknown
    }
    private struct Entry {
        var start: UInt32
        var length: UInt16
        var kind: Kind
    }
    private var names: [UInt8] = []
    private var entries: [Entry] = []
    private(set) var inodes: [UInt64] = []

    package var count: Int { entries.count }

    /// Reads an open folder. The descriptor is left at its end.
    package init(descriptor: CInt) throws(ArchiveError) {
        let size = 64 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = clinux_getdents(descriptor, buffer.baseAddress, size)
            if count == 0 { break }
            if count == -Int(EINTR) { continue }
            guard count > 0 else { throw ArchiveError(.system, errorText(CInt(-count)), errno: CInt(-count)) }
            guard append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else {
                throw ArchiveError(.system, "a listing that makes no sense", errno: EIO)
            }
        }
        sort()
    }

    package func name(_ index: Int) -> [UInt8] {
        let entry = entries[index]
        return Array(names[Int(entry.start)..<Int(entry.start) + Int(entry.length)])
    }

    package func kind(_ index: Int) -> Kind { entries[index].kind }

    /// Records of linux_dirent64: inode (8), offset (8), record length (2), type (1), name with NUL. False where they are none:
    /// half of a listing must never pass for the whole.
    private mutating func append(_ records: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position + 19 < records.count {
            let length = Int(records.loadUnaligned(fromByteOffset: position + 16, as: UInt16.self))
            guard length > 19, position + length <= records.count else { return false }
            let name = records[position + 19..<position + length].prefix { $0 != 0 }
            if !isDots(name) {
                guard names.count <= Int(UInt32.max) - 256 else { return false }
                entries.append(Entry(start: UInt32(names.count), length: UInt16(name.count), kind: Self.kind(type: records[position + 18])))
                inodes.append(records.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                names.append(contentsOf: name)
            }
            position += length
        }
        return true
    }

    private func isDots(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    private static func kind(type: UInt8) -> Kind {
        switch CInt(type) {
        case CInt(DT_REG): .file
        case CInt(DT_DIR): .folder
        case CInt(DT_LNK): .symbolicLink
        case CInt(DT_UNKNOWN): .unknown
        default: .special
        }
    }

    private mutating func sort() {
        let order = names.withUnsafeBytes { names in
            entries.indices.sorted { a, b in Self.precedes(entries[a], entries[b], names) }
        }
        entries = order.map { entries[$0] }
        inodes = order.map { inodes[$0] }
    }

    /// As SQLite compares blobs.
    private static func precedes(_ a: Entry, _ b: Entry, _ names: UnsafeRawBufferPointer) -> Bool {
        guard let start = names.baseAddress else { return false }
        let order = memcmp(start + Int(a.start), start + Int(b.start), Int(min(a.length, b.length)))
        return order == 0 ? a.length < b.length : order < 0
    }
}
