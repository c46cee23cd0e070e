/// One number of a binary VR, out of its bytes.
struct NumberWord {
    private let raw: UInt64
    private let size: Int
    private let isBigEndian: Bool

    /// - Parameter bytes: the number's own bytes, 1, 2, 4 or 8.
    init(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        var raw: UInt64 = 0
        for index in 0..<bytes.count { raw = raw << 8 | UInt64(bytes[isBigEndian ? index : bytes.count - 1 - index]) }
        self.raw = raw
        self.isBigEndian = isBigEndian
        size = bytes.count
    }

    var unsigned: UInt64 { raw }
    var signed: Int64 {
        let unused = UInt64(64 - 8 * size)
        return Int64(bitPattern: raw << unused) >> Int64(unused)
    }
    var single: Float { Float(bitPattern: UInt32(truncatingIfNeeded: raw)) }
    var double: Double { Double(bitPattern: raw) }
    /// An attribute tag: group before element, each in the byte order of the data set.
    var tag: Tag {
        isBigEndian ? Tag(rawValue: UInt32(truncatingIfNeeded: raw)) : Tag(UInt16(truncatingIfNeeded: raw), UInt16(truncatingIfNeeded: raw >> 16))
    }

    /// Appends the number as header text shows it (H7).
    func write(_ vr: VR, into output: inout TextBuffer) {
        switch vr {
        case .SS, .SL, .SV: output.append(decimal: Int(signed))
        case .FL: output.append(shortest: single)
        case .FD: output.append(shortest: double)
        case .AT: output.append(tag)
        default: output.append(decimal: raw)
        }
    }
}
