import CPNG
import CZlib
import Testing

@Suite("Sums of a stored PNG")
struct SumsTests {
    @Test("CRC-32 and Adler-32 equal zlib's for every length and alignment, also for the largest bytes")
    func equalToZlib() {
        var generator = SplitMix(seed: 5)
        for fill: ClosedRange<UInt8> in [0...255, 255...255, 0...0] {
            let bytes = (0..<140_000).map { _ in UInt8.random(in: fill, using: &generator) }
            let lengths = Array(0...200) + [4096, 5535, 5536, 5537, 65_535, 65_540, 139_900]
            bytes.withUnsafeBufferPointer { bytes in
                for length in lengths {
                    guard let start = bytes.baseAddress.map({ $0 + length % 17 }) else { continue }
                    let seed = UInt32.random(in: 0...UInt32.max, using: &generator)
                    #expect(UInt(CPNG_crc32(seed, start, length)) == crc32(UInt(seed), start, UInt32(length)))
                    let sums = (seed >> 16) % 65_521 << 16 | (seed & 0xFFFF) % 65_521
                    #expect(UInt(CPNG_adler32(sums, start, length)) == adler32(UInt(sums), start, UInt32(length)))
                }
            }
        }
    }
}
