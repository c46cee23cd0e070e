import Glibc

/// The absolute form of a path that need not exist: as the file system resolves what exists of it, the rest lexically.
func absolutePath(_ given: [UInt8]) -> [UInt8] {
    if let real = realPath(given) { return real }
    guard let parts = plainParts(given) else { return given }
    return resolvingParents(parts)
}

/// The absolute form of a path without looking at what is there: where a folder was that a link stands for now.
func plainPath(_ given: [UInt8]) -> [UInt8] {
    guard let parts = plainParts(given) else { return given }
    let slash = UInt8(ascii: "/")
    return [slash] + Array(parts.joined(separator: [slash]))
}

/// Nil when there is no working directory.
private func plainParts(_ given: [UInt8]) -> [[UInt8]]? {
    let slash = UInt8(ascii: "/")
    var start: [UInt8] = given
    if given.first != slash {
        guard let current = realPath([UInt8(ascii: ".")]) else { return nil }
        start = joinPath(current, given)
    }
    var parts: [[UInt8]] = []
    for part in start.split(separator: slash).map(Array.init) where part != [0x2E] {
        if part == [0x2E, 0x2E] { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts
}

/// Resolves the longest beginning that exists.
private func resolvingParents(_ parts: [[UInt8]]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    for count in stride(from: parts.count, through: 0, by: -1) {
        let head = [slash] + Array(parts[..<count].joined(separator: [slash]))
        if let real = realPath(head) { return joinPath(real, Array(parts[count...].joined(separator: [slash]))) }
    }
    return [slash] + Array(parts.joined(separator: [slash]))
}
