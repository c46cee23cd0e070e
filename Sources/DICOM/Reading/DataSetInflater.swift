import CZlib
import Glibc

/// Inflates the data set of a deflated file, up to a bound (PS3.5 Annex A.5; rule J10).
enum DataSetInflater {
    struct Inflated {
        /// `malloc`ed by this type, owned by whoever takes it.
        let base: UnsafeMutableRawPointer
        let count: Int
        let hasZlibHeader: Bool
        let damage: DICOMError?
    }

    private static let chunk = 1 << 16

    /// - Throws: `.unreadable` from the provider, `.malformed` where nothing comes out.
    static func inflate(_ provider: any ByteProvider, from start: Int, leniency: Leniency) throws(DICOMError) -> Inflated {
        let raw = try run(provider, from: start, windowBits: -15, leniency: leniency)
        if raw.count > 0 { return raw }
        raw.base.deallocate()
        let wrapped = try run(provider, from: start, windowBits: 15, leniency: leniency)
        if wrapped.count > 0 { return wrapped }
        wrapped.base.deallocate()
        throw DICOMError(.malformed, at: start, "the deflated data set cannot be inflated")
    }

    private static func run(
        _ provider: any ByteProvider, from start: Int, windowBits: Int32, leniency: Leniency
    ) throws(DICOMError) -> Inflated {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DICOMError(.limitExceeded, at: start, "zlib could not start")
        }
        defer { inflateEnd(&stream) }
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { input.deallocate() }
        var output = GrowingBuffer(limit: leniency.headerByteLimit)
        var offset = start
        var damage: DICOMError?
        var status = Z_OK
        reading: while status == Z_OK {
            let got: Int
            do throws(DICOMError) { got = try provider.read(at: offset, into: input) } catch {
                output.base.deallocate()
                throw error
            }
            if got == 0 {
                damage = DICOMError(.truncated, at: provider.size, "the deflated data set ends early")
                break
            }
            offset += got
            stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_in = UInt32(got)
            repeat {
                let isBomb = output.count > (offset - start) * leniency.inflationRatioLimit
                guard !isBomb, output.makeRoom() else {
                    damage = DICOMError(.limitExceeded, at: offset, "the inflated data set exceeds \(leniency.headerByteLimit) bytes")
                    break reading
                }
                stream.next_out = output.free.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(output.room)
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
                output.count = output.capacity - Int(stream.avail_out)
            } while status == Z_OK && stream.avail_out == 0
            if status == Z_BUF_ERROR { status = Z_OK }
        }
        if status != Z_OK, status != Z_STREAM_END {
            damage = DICOMError(.malformed, at: offset - Int(stream.avail_in), "the deflated data set is damaged")
        }
        return Inflated(base: output.base, count: output.count, hasZlibHeader: windowBits > 0, damage: damage)
    }

    /// Doubles up to a limit: memory follows what really came out, never what a file claims.
    private struct GrowingBuffer {
        private(set) var base: UnsafeMutableRawPointer
        private(set) var capacity = 1 << 17
        var count = 0
        let limit: Int

        init(limit: Int) {
            self.limit = limit
            base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        }

        var free: UnsafeMutableRawPointer { base + count }
        var room: Int { capacity - count }

        mutating func makeRoom() -> Bool {
            if room > 0 { return true }
            guard capacity < limit else { return false }
            let larger = min(limit, capacity * 2)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            moved.copyMemory(from: base, byteCount: count)
            base.deallocate()
            base = moved
            capacity = larger
            return true
        }
    }
}
