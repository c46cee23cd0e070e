/// File and folder names out of values from DICOM headers (filesystem.md section 2; N1-N9).
///
/// A value is written in Normalisation Form C; every byte or character that may not stand in a name becomes `%XX` of its
/// UTF-8 bytes, and `%` becomes `%25`. So different values give different names, up to canonical equivalence.
package enum FileName {
    /// Bytes of the longest name (NAME_MAX).
    package static let limit = 255
    /// Characters of the hash that stands for what was cut off.
    static let cutHashLength = 8

    /// One value as a part of a name: without the rules for the beginning and end of the whole name.
    package static func component(_ value: [UInt8]) -> [UInt8] {
        let value = trimmed(value)
        if value.allSatisfy(isPlainASCII) { return value }
        var out: [UInt8] = []
        out.reserveCapacity(value.count + 8)
        // True at the beginning and behind an escape: what attaches to the character before it would change that one.
        var isBare = true
        for run in runs(value) {
            guard run.isText else {
                out += escape(run.bytes)
                isBare = true
                continue
            }
            append(normalised(run.bytes), to: &out, isBare: &isBare)
        }
        return out
    }

    /// A value as people write it: whatever is drawn as a blank is a space, none stands at the ends, and `/` is U+2215, which may stand in
    /// a name. Different values may become one; who claims the name second gets a suffix.
    static func readable(_ value: [UInt8]) -> [UInt8] {
        guard value.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "/") }) else { return trimmed(value) }
        var out: [UInt8] = []
        out.reserveCapacity(value.count + 8)
        forEachScalar(value) { scalar, raw in
            if let scalar, isBlank(scalar) { out.append(0x20) } else if scalar == "/" { out += [0xE2, 0x88, 0x95] } else { out += raw }
        }
        return trimmed(out)
    }

    /// Spaces of all widths, and the empty pattern of Braille, which no font draws.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\u{2800}" || !scalar.isASCII && scalar.properties.generalCategory == .spaceSeparator
    }

    private static func append(_ text: [UInt8], to out: inout [UInt8], isBare: inout Bool) {
        var bare = isBare
        forEachScalar(text) { scalar, raw in
            let stands = scalar.map { !isForbidden($0) && !(bare && isAttaching($0)) } ?? false
            if stands { out += raw } else { out += escape(raw) }
            bare = !stands
        }
        isBare = bare
    }

    /// A whole name: escapes what may not begin or end a name and Windows' device names, cuts to `limit` bytes with `suffix`.
    /// `name` is made of components and plain ASCII, and not empty.
    package static func complete(_ name: [UInt8], suffix: [UInt8] = []) -> [UInt8] {
        var name = name
        if let first = name.first, first == UInt8(ascii: "-") || first == UInt8(ascii: ".") || isDevice(name) {
            name = escape([first]) + escapedMarks(name[1...])
        }
        if suffix.isEmpty, let last = name.last, last == UInt8(ascii: ".") || last == UInt8(ascii: " ") {
            name.replaceSubrange(name.count - 1..<name.count, with: escape([last]))
        }
        return cut(name, to: limit - suffix.count) + suffix
    }

    /// Escapes the marks at the beginning: behind an escape they would attach to its last digit.
    private static func escapedMarks(_ rest: ArraySlice<UInt8>) -> [UInt8] {
        let rest = Array(rest)
        var end = 0
        while end < rest.count, case (let scalar?, let length) = decodeScalar(rest, at: end), isAttaching(scalar) { end += length }
        return escape(rest[..<end]) + rest[end...]
    }

    /// Undoes the escapes of a name that was not cut.
    package static func unescaped(_ name: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var position = 0
        while position < name.count {
            if name[position] == UInt8(ascii: "%"), position + 2 < name.count,
                let byte = UInt8(String(decoding: name[position + 1...position + 2], as: UTF8.self), radix: 16)
            {
                out.append(byte)
                position += 3
            } else {
                out.append(name[position])
                position += 1
            }
        }
        return out
    }

    /// Without leading and trailing spaces and NULs (PS3.5 section 6.2).
    package static func trimmed(_ value: [UInt8]) -> [UInt8] {
        guard let first = value.firstIndex(where: { $0 != 0x20 && $0 != 0 }),
            let last = value.lastIndex(where: { $0 != 0x20 && $0 != 0 })
        else { return [] }
        return first == 0 && last == value.count - 1 ? value : Array(value[first...last])
    }

    // MARK: - Which characters may stand

    private static func isPlainASCII(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && !isReserved(byte)
    }

    private static func isReserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"),
            UInt8(ascii: "|"), UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? !isPlainASCII(UInt8(truncatingIfNeeded: scalar.value)) : !isVisible(scalar)
    }

    static func escape(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { [UInt8(ascii: "%")] + hexDigits($0) }
    }

    private static let devices: Set<[UInt8]> = {
        let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "\u{B9}", "\u{B2}", "\u{B3}"]
        let names = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"] + digits.flatMap { ["com\($0)", "lpt\($0)"] }
        return Set(names.map { Array($0.utf8) })
    }()

    /// Windows takes `nul`, `NUL.txt` and `nul .x` for the device.
    private static func isDevice(_ name: [UInt8]) -> Bool {
        // Nearly all names are told by their first letters.
        guard name.count >= 3, mayBeginDevice(name[0] | 0x20, name[1] | 0x20, name[2] | 0x20) else { return false }
        let stem = name.prefix { $0 != UInt8(ascii: ".") }
        guard let last = stem.lastIndex(where: { $0 != 0x20 }), last < 8 else { return false }
        return devices.contains(caseFolded(Array(stem[...last])))
    }

    /// The first letters of `devices`.
    private static func mayBeginDevice(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (Unicode.Scalar(first), Unicode.Scalar(second), Unicode.Scalar(third)) {
        case ("c", "o", "n"), ("c", "o", "m"), ("c", "l", "o"), ("p", "r", "n"), ("a", "u", "x"), ("n", "u", "l"), ("l", "p", "t"): true
        default: false
        }
    }

    // MARK: - Runs and cutting

    /// Longest stretches of valid UTF-8 and of other bytes.
    private static func runs(_ bytes: [UInt8]) -> [(bytes: [UInt8], isText: Bool)] {
        var runs: [(bytes: [UInt8], isText: Bool)] = []
        forEachScalar(bytes) { scalar, raw in
            let isText = scalar != nil
            if let last = runs.indices.last, runs[last].isText == isText { runs[last].bytes += raw } else { runs.append((Array(raw), isText)) }
        }
        return runs
    }

    /// The last boundary between two scalars at or before `position`: for names of nothing but marks.
    private static func boundary(_ name: [UInt8], before position: Int) -> Int {
        var position = position
        while position > 0 && name[position] & 0xC0 == 0x80 { position -= 1 }
        return position
    }

    /// Cuts at a character boundary (never inside an escape or before an attaching mark) and appends `~` and a hash.
    private static func cut(_ name: [UInt8], to limit: Int) -> [UInt8] {
        guard name.count > limit else { return name }
        let room = limit - cutHashLength - 1
        var end = 0
        var position = 0
        while position <= room {
            let (scalar, length) = decodeScalar(name, at: position)
            if !(scalar.map(isAttaching) ?? false) { end = position }
            position += name[position] == UInt8(ascii: "%") ? 3 : length
        }
        if end == 0 { end = boundary(name, before: room) }
        return Array(name[..<end]) + [UInt8(ascii: "~")] + SHA256.base32(of: name).prefix(cutHashLength)
    }
}
