import Glibc

/// Files and folders that are left out of the walk: trash, snapshots and what servers keep beside files are nobody's archive.
struct Exclusions {
    private let excludes: [[UInt8]]
    private let includes: [[UInt8]]

    init(excluding excludes: [[UInt8]] = [], including includes: [[UInt8]] = []) {
        self.excludes = excludes
        self.includes = includes
    }

    /// Folders that are left out unless asked for, in small letters: of desktops, of Windows, of Synology and QNAP, of filesystems and
    /// their servers. A name ends with `*` where users' numbers follow.
    static let names = [
        ".trash", ".trash-*", ".trashes", "$recycle.bin", "recycler", "#recycle", "@recycle", "@recycle_bin", "@eadir", "@tmp", ".@__thumb",
        ".snapshot", ".snapshots", "#snapshot", ".zfs", "lost+found", "system volume information", ".spotlight-v100", ".fseventsd",
    ].map { Array($0.utf8) }

    /// The pattern that leaves an entry of a folder out; nil to take it.
    func pattern(for name: [UInt8], in folder: IndexedFolder, isFolder: Bool) -> [UInt8]? {
        if excludes.isEmpty && !isFolder { return nil }
        guard let pattern = isFolder ? Self.standing(name) ?? own(name, folder) : own(name, folder) else { return nil }
        return includes.contains { Self.matches($0, name, folder) } ? nil : pattern
    }

    private func own(_ name: [UInt8], _ folder: IndexedFolder) -> [UInt8]? { excludes.first { Self.matches($0, name, folder) } }

    /// Whether a folder of this name is left out by default.
    static func standing(_ name: [UInt8]) -> [UInt8]? {
        // Hot: one look at the first byte decides about nearly every folder.
        guard let first = name.first, ".$#@lrsLRS".utf8.contains(first) else { return nil }
        let small = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return names.first { $0.last == UInt8(ascii: "*") ? small.starts(with: $0.dropLast()) : small == $0 }
    }

    /// A pattern with a slash is one for the path, else for the name alone.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8], _ folder: IndexedFolder) -> Bool {
        let slash = UInt8(ascii: "/")
        guard pattern.contains(slash) else { return isMatch(pattern, name) }
        let anywhere = pattern.first == slash ? pattern : Array("*/".utf8) + pattern
        return isMatch(anywhere, folder.absolutePath(of: name))
    }

    static func isMatch(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        withCString(pattern) { pattern in withCString(text) { fnmatch(pattern, $0, 0) } } == 0
    }
}
