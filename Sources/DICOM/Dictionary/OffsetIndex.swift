/// Open addressing from a 32-bit key to a 32-bit value (an offset in a table); built once, then only read.
struct OffsetIndex: Sendable {
    private var slots: [UInt64]
    private let shift: UInt32

    /// - Parameter bits: 2^bits slots; choose at least twice the number of keys.
    init(bits: UInt32) {
        slots = Array(repeating: UInt64.max, count: 1 << Int(bits))
        shift = 32 - bits
    }

    /// Keeps the first value of a key.
    mutating func insert(_ key: UInt32, value: UInt32) {
        var slot = home(key)
        while slots[slot] != UInt64.max {
            if UInt32(truncatingIfNeeded: slots[slot] >> 32) == key { return }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt64(key) << 32 | UInt64(value)
    }

    func value(_ key: UInt32) -> UInt32? {
        var slot = home(key)
        while true {
            let entry = slots[slot]
            if entry == UInt64.max { return nil }
            if UInt32(truncatingIfNeeded: entry >> 32) == key { return UInt32(truncatingIfNeeded: entry) }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    private func home(_ key: UInt32) -> Int { Int((key &* 0x9E37_79B1) >> shift) }
}

/// The same for 64-bit keys.
struct WideIndex: Sendable {
    private var keys: [UInt64]
    private var values: [UInt32]
    private let shift: UInt64

    /// - Parameter bits: 2^bits slots; choose at least one and a half times the number of keys.
    init(bits: UInt64) {
        keys = Array(repeating: UInt64.max, count: 1 << Int(bits))
        values = Array(repeating: 0, count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Keeps the first value of a key.
    mutating func insert(_ key: UInt64, value: UInt32) {
        var slot = home(key)
        while keys[slot] != UInt64.max {
            if keys[slot] == key { return }
            slot = (slot + 1) & (keys.count - 1)
        }
        keys[slot] = key
        values[slot] = value
    }

    func value(_ key: UInt64) -> UInt32? {
        var slot = home(key)
        while keys[slot] != UInt64.max {
            if keys[slot] == key { return values[slot] }
            slot = (slot + 1) & (keys.count - 1)
        }
        return nil
    }

    private func home(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
