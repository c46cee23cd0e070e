import Glibc

/// A PATH of the command, resolved and checked.
struct IndexTarget {
    /// Absolute, without symbolic links.
    let folder: [UInt8]
    /// Set when a single file was given.
    let file: [UInt8]?
    let device: UInt64

    /// - Parameter checkLink: told of every symbolic link on the way, with its own path.
    init(_ given: [UInt8], checkLink: ([UInt8]) throws(ArchiveError) -> Void) throws(ArchiveError) {
        guard let path = try Self.resolve(given, checkLink), let status = FileStatus(path: path) else {
            throw ArchiveError(.badPath, "\(shown(given)) is not there")
        }
        if status.isDirectory {
            (folder, file, device) = (path, nil, status.device)
        } else {
            guard status.isRegular, let slash = path.lastIndex(of: UInt8(ascii: "/")) else {
                throw ArchiveError(.badPath, "\(shown(given)) is neither a file nor a folder")
            }
            let name = Array(path[(slash + 1)...])
            // A media directory stands for its medium.
            file = caseFolded(name) == Array("dicomdir".utf8) ? nil : name
            folder = slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
            device = status.device
        }
        if MountTable.isDCMFS(device) { throw ArchiveError(.badPath, "\(shown(given)) is a dcmfs mount") }
    }

    /// Whether a path is this one or below it.
    func holds(_ path: [UInt8]) -> Bool {
        if let file { return path == joinPath(folder, file) }
        return pathBelow(folder, path) != nil
    }

    /// As realpath(3), but every link is looked at before it is followed, and nothing is resolved a second time: whoever may
    /// exchange a folder could otherwise do so in between. Nil where nothing is there.
    private static func resolve(_ given: [UInt8], _ checkLink: ([UInt8]) throws(ArchiveError) -> Void) throws(ArchiveError) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        guard !given.isEmpty, !given.contains(0) else { return nil }
        var resolved: [UInt8] = [slash]
        var rest: [ArraySlice<UInt8>] = given.split(separator: slash).reversed()
        if given.first != slash {
            guard let current = realPath([UInt8(ascii: ".")]) else { return nil }
            resolved = current
        }
        // As many as the kernel follows (path_resolution(7)).
        var linksLeft = 40
        while let part = rest.popLast() {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) {
                let end = resolved.lastIndex(of: slash) ?? 0
                resolved = end == 0 ? [slash] : Array(resolved[..<end])
                continue
            }
            let place = joinPath(resolved, Array(part))
            guard let status = FileStatus(path: place) else { return nil }
            guard status.isSymbolicLink else {
                resolved = place
                continue
            }
            try checkLink(place)
            linksLeft -= 1
            guard linksLeft >= 0, let target = readLink(place) else { return nil }
            if target.first == slash { resolved = [slash] }
            rest += target.split(separator: slash).reversed()
        }
        return resolved
    }

    private static func readLink(_ path: [UInt8]) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = withCString(path) { name in
            buffer.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { readlink(name, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1 }
        }
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }
}
