/// A growing buffer of text bytes: no `String` on the way, and no check of uniqueness per byte as an array would make.
struct TextBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    /// A copy of what was written.
    func array() -> [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        body(UnsafeRawBufferPointer(start: start + min(range.lowerBound, count), count: max(0, min(range.upperBound, count) - range.lowerBound)))
    }

    /// Makes room for `extra` bytes.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if count &+ extra > capacity { grow(extra) }
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        capacity = max(capacity * 2, count + extra)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: start, count: count)
        start.deallocate()
        start = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        start[count] = byte
        count &+= 1
    }

    mutating func append(_ source: UnsafePointer<UInt8>?, count added: Int) {
        guard let source, added > 0 else { return }
        reserve(added)
        (start + count).update(from: source, count: added)
        count &+= added
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        append(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }

    @inline(__always)
    mutating func append(_ text: StaticString) { append(text.utf8Start, count: text.utf8CodeUnitCount) }

    @inline(__always)
    mutating func append(_ text: StaticText) { append(text.bytes.baseAddress, count: text.count) }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0.baseAddress, count: $0.count) }
    }

    /// Forgets what was written after the first `count` bytes.
    mutating func truncate(to count: Int) { self.count = max(0, min(self.count, count)) }

    mutating func append(_ other: borrowing TextBuffer) { append(other.start, count: other.count) }
}

/// Numbers and tags.
extension TextBuffer {
    /// Decimal digits.
    mutating func append(decimal value: Int) {
        if value < 0 { append(0x2D) }
        append(decimal: UInt64(value.magnitude))
    }

    mutating func append(decimal value: UInt64) {
        if value < 10 { return append(0x30 | UInt8(truncatingIfNeeded: value)) }
        var divisor: UInt64 = 10
        while value / divisor >= 10 { divisor *= 10 }
        var rest = value
        while divisor > 0 {
            append(0x30 | UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// The lowest `digits` hexadecimal digits, lower case.
    mutating func append(hex value: UInt32, digits: Int, upperCase: Bool = false) {
        var shift = UInt32(truncatingIfNeeded: digits * 4)
        while shift > 0 {
            shift &-= 4
            append(hexDigit: UInt8(truncatingIfNeeded: value >> shift & 0xF), letter: upperCase ? 0x37 : 0x57)
        }
    }

    @inline(__always)
    private mutating func append(hexDigit digit: UInt8, letter: UInt8) { append(digit < 10 ? 0x30 | digit : letter &+ digit) }

    /// `(gggg,eeee)`.
    mutating func append(_ tag: Tag) {
        reserve(11)
        let digits = Self.hexDigits(tag.rawValue)
        let place = UnsafeMutableRawPointer(start + count)
        place.storeBytes(of: 0x28, as: UInt8.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: digits >> 32).bigEndian, toByteOffset: 1, as: UInt32.self)
        place.storeBytes(of: 0x2C, toByteOffset: 5, as: UInt8.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: digits).bigEndian, toByteOffset: 6, as: UInt32.self)
        place.storeBytes(of: 0x29, toByteOffset: 10, as: UInt8.self)
        count &+= 11
    }

    /// Eight lower-case digits as eight bytes, the first digit highest: each nibble spread to a byte, 0x30 or 0x57 added.
    private static func hexDigits(_ value: UInt32) -> UInt64 {
        var nibbles = UInt64(value)
        nibbles = (nibbles & 0xFFFF_0000) << 16 | nibbles & 0xFFFF
        nibbles = (nibbles & 0x0000_FF00_0000_FF00) << 8 | nibbles & 0x0000_00FF_0000_00FF
        nibbles = (nibbles & 0x00F0_00F0_00F0_00F0) << 4 | nibbles & 0x000F_000F_000F_000F
        let isLetter = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27
    }

    /// The two letters of a VR.
    mutating func append(_ vr: VR) {
        append(UInt8(truncatingIfNeeded: vr.rawValue >> 8))
        append(UInt8(truncatingIfNeeded: vr.rawValue))
    }

    /// Shortest form that reads back as the same number: `1`, `0.1`, `1e-05`, `nan`, `-inf` (H7).
    mutating func append(shortest value: Double) { if value.isNaN { append("nan") } else { append(shortestForm: value.description) } }

    mutating func append(shortest value: Float) { if value.isNaN { append("nan") } else { append(shortestForm: value.description) } }

    private mutating func append(shortestForm text: String) {
        append(text)
        if count > 2, start[count - 2] == 0x2E, start[count - 1] == 0x30 { count -= 2 }
    }

    /// A Unicode scalar as UTF-8.
    mutating func append(scalar value: UInt32) {
        var bytes: [UInt8] = []
        bytes.append(scalar: value)
        append(bytes)
    }
}
