/// Names of the UIDs that the standard registers (PS3.6 Annex A).
package enum UIDDictionary {
    /// The registered name, e.g. "CT Image Storage".
    package static func name(_ uid: UnsafeBufferPointer<UInt8>) -> StaticText? {
        guard let line = index.line(uid) else { return nil }
        return index.table.text(line.lowerBound + uid.count + 1..<line.upperBound)
    }

    package static func name(_ uid: [UInt8]) -> StaticText? { uid.withUnsafeBufferPointer { name($0) } }

    /// A short name where the registered one is long (compressed transfer syntaxes), else the registered one.
    package static func shortName(_ uid: UnsafeBufferPointer<UInt8>) -> StaticText? {
        guard let line = shortIndex.line(uid) else { return name(uid) }
        return shortIndex.table.text(line.lowerBound + uid.count + 1..<line.upperBound)
    }

    package static func shortName(_ uid: [UInt8]) -> StaticText? { uid.withUnsafeBufferPointer { shortName($0) } }

    /// A long name that is still shorter than the registered one; nil for nearly all.
    package static func longName(_ uid: [UInt8]) -> StaticText? {
        uid.withUnsafeBufferPointer { uid in
            longIndex.line(uid).map { longIndex.table.text($0.lowerBound + uid.count + 1..<$0.upperBound) }
        }
    }

    private static let index = UIDIndex(LineTable(DictionaryTables.uids), bits: 11)
    private static let shortIndex = UIDIndex(LineTable(HandWrittenNames.shortNames), bits: 7)
    private static let longIndex = UIDIndex(LineTable(HandWrittenNames.longNames), bits: 4)
}

/// Lines `UID NAME`, found by their UID.
private struct UIDIndex: Sendable {
    let table: LineTable
    private var lines: OffsetIndex

    init(_ table: LineTable, bits: UInt32) {
        self.table = table
        lines = OffsetIndex(bits: bits)
        var offset = 0
        while offset < table.count {
            lines.insert(textHash(table.field(at: offset).bytes), value: UInt32(truncatingIfNeeded: offset))
            offset = table.lineEnd(from: offset) + 1
        }
    }

    func line(_ uid: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard (1...64).contains(uid.count), let line = lines.value(textHash(uid)), table.matches(uid, at: Int(line)) else { return nil }
        let offset = Int(line)
        return offset..<table.lineEnd(from: offset)
    }
}

extension LineTable {
    /// Whether the field at `offset` is exactly this.
    fileprivate func matches(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
        guard offset + text.count < count, start[offset + text.count] == 0x20 else { return false }
        for index in 0..<text.count where start[offset + index] != text[index] { return false }
        return true
    }
}
