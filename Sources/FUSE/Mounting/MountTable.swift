import Glibc

/// What the kernel says is mounted (`/proc/self/mountinfo`, proc(5)).
package struct MountTable: Sendable {
    package struct Entry: Hashable, Sendable {
        package var mountPoint: [UInt8]
        /// For FUSE `fuse.<subtype>`.
        package var type: [UInt8]
        package var source: [UInt8]
        /// `major:minor`
        package var device: [UInt8] = []
    }
    /// In order of mounting: of several at one place the last is the visible one.
    package let entries: [Entry]

    package static func current() -> MountTable {
        MountTable(text: readWhole("/proc/self/mountinfo"))
    }

    package init(text: [UInt8]) {
        entries = text.split(separator: UInt8(ascii: "\n")).compactMap { Entry(line: $0) }
    }

    /// What is visible at a path, which must be absolute and free of symbolic links.
    package func top(at mountPoint: [UInt8]) -> Entry? {
        entries.last { $0.mountPoint == mountPoint }
    }

    private static func readWhole(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return result }
            result += chunk.prefix(count)
        }
    }
}

extension MountTable.Entry {
    /// `36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw`: the mount point is the fifth word; type and
    /// source follow the lone `-`, before which any number of words may stand.
    fileprivate init?(line: ArraySlice<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count >= 9, let dash = words.dropFirst(6).firstIndex(where: { $0.elementsEqual([UInt8(ascii: "-")]) }) else { return nil }
        guard dash + 2 < words.count else { return nil }
        mountPoint = Self.unescape(words[4])
        type = Self.unescape(words[dash + 1])
        source = Self.unescape(words[dash + 2])
        device = Array(words[2])
    }

    /// The kernel writes space, tab, newline, backslash and `#` as `\` and three octal digits.
    private static func unescape(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = word
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 &* 8 &+ Int($1 &- 0x30) }))
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
