/// One entry for every pattern that the stored bits can have, in a container of 8 or 16 bits: what a picture is drawn
/// through, pixel by pixel. Bits above and below the stored ones do not count (rule G1).
struct FieldTable<Entry: BitwiseCopyable>: Sendable where Entry: Sendable {
    /// A power of two of them, `mask` + 1; 65,536 at most.
    let entries: [Entry]
    let shift: UInt16
    let mask: UInt16

    /// - Parameter make: the entries, by pattern, for so many patterns.
    init?(_ bits: StoredBits, _ container: SampleContainer, make: (Int) -> [Entry]) {
        guard container == .uint8 || container == .uint16 else { return nil }
        let width = container.size * 8
        let count = 1 << min(bits.bits, width)
        entries = make(count)
        guard entries.count == count else { return nil }
        shift = UInt16(min(bits.shift, width - 1))
        mask = UInt16(truncatingIfNeeded: count - 1)
    }

    /// Hands the entries of `count` samples from `first` on to `store`; a sample that is not there counts as 0.
    @inline(__always)
    func look(_ bytes: [UInt8], _ container: SampleContainer, first: Int, count: Int, _ store: (Int, Entry) -> Void) {
        let (shift, mask) = (shift, Int(mask))
        entries.withUnsafeBufferPointer { table in
            bytes.withUnsafeBytes { raw in
                // The index of every look-up is masked to the table; `present` bounds what is read.
                guard first >= 0, let table = table.baseAddress else { return }
                let size = container == .uint8 ? 1 : 2
                let present = max(0, min(count, raw.count / size - first))
                for i in present..<max(present, count) { store(i, table[0]) }
                guard present > 0, let source = raw.baseAddress.map({ $0 + first * size }) else { return }
                if size == 1 {
                    for i in 0..<present { store(i, table[Int(source.load(fromByteOffset: i, as: UInt8.self)) &>> Int(shift) & mask]) }
                } else if shift == 0 {
                    for i in 0..<present { store(i, table[Int(source.loadUnaligned(fromByteOffset: i &* 2, as: UInt16.self)) & mask]) }
                } else {
                    for i in 0..<present {
                        store(i, table[Int(source.loadUnaligned(fromByteOffset: i &* 2, as: UInt16.self) &>> shift) & mask])
                    }
                }
            }
        }
    }
}
