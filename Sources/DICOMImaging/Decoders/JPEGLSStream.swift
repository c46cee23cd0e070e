import DICOM

/// The scans of a JPEG-LS stream, each made into a stream of its own that CharLS can be trusted with: CharLS up to 2.4.2 counts for
/// seconds when entropy-coded data end in zero bits, and reads some bytes beyond their end. So a byte of ones ends each scan,
/// which makes CharLS say "too much data" behind a whole picture and stop at once in a damaged one.
struct JPEGLSStream {
    struct Scan {
        /// A whole stream of one scan, and slack behind it that no length counts.
        let bytes: [UInt8]
        var length: Int { bytes.count - JPEGLSStream.slack }
        /// Position of its component among the planes; nil where it holds all of them.
        let plane: Int?
        /// Samples may differ from those coded by so much (NEAR, ISO 14495-1 C.2.3).
        let near: UInt8
        /// No marker follows its data.
        let isCut: Bool
    }

    let width: Int
    let height: Int
    let components: Int
    let precision: Int
    let scans: [Scan]
    var isLossy: Bool { scans.contains { $0.near > 0 } }

    private static let slack = 16
    private static let end: [UInt8] = [0x7F, 0xFF, 0xD9]

    init(_ stream: [UInt8]) throws(DICOMError) {
        var result: Result<JPEGLSStream, DICOMError>?
        stream.withUnsafeBytes { bytes in
            do throws(DICOMError) { result = .success(try JPEGLSStream(parsing: bytes)) } catch { result = .failure(error) }
        }
        guard let result else { throw DICOMError(.damagedPixels, "empty JPEG-LS stream") }
        self = try result.get()
    }

    private init(parsing stream: UnsafeRawBufferPointer) throws(DICOMError) {
        var frame: [UInt8]?
        var head: [UInt8] = [0xFF, 0xD8]
        var scans: [Scan] = []
        var segments = JPEGSegments(stream, from: 0)
        while let segment = segments.next(), segment.marker != 0xD9 {
            let payload = Array(stream[segment.payload])
            switch segment.marker {
            case 0xD8: continue
            case 0xF7: frame = payload
            case 0xDD where payload.contains { $0 != 0 }: throw DICOMError(.unsupported, "JPEG-LS with restart intervals")
            case 0xDA:
                guard let frame, frame.count >= 6, scans.count < max(1, Int(frame[5])) else { break }
                let dataEnd = Self.dataEnd(stream, segment.payload.upperBound)
                let data = stream[segment.payload.upperBound..<dataEnd]
                scans.append(try Self.scan(head, frame, payload, data, isCut: dataEnd == stream.count))
                segments = JPEGSegments(stream, from: dataEnd)
            // Preset parameters and the mark of a colour transform count for the scans that follow; comments for nothing.
            case 0xF8, 0xE8: head += Self.segment(segment.marker, payload)
            default: continue
            }
        }
        guard let frame, frame.count >= 6 else { throw DICOMError(.damagedPixels, "JPEG-LS without a frame header") }
        precision = Int(frame[0])
        height = Int(frame[1]) << 8 | Int(frame[2])
        width = Int(frame[3]) << 8 | Int(frame[4])
        components = Int(frame[5])
        self.scans = scans
    }

    private static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count + 2
        return [0xFF, marker, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + payload
    }

    /// Where a marker ends the entropy-coded data: 0xFF and a byte with its high bit set (ISO 14495-1 section 9.1).
    private static func dataEnd(_ stream: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var at = start
        while at &+ 1 < stream.count {
            if stream[at] == 0xFF, stream[at &+ 1] & 0x80 != 0 { return at }
            at &+= 1
        }
        return stream.count
    }

    private static func scan(
        _ head: [UInt8], _ frame: [UInt8], _ header: [UInt8], _ data: Slice<UnsafeRawBufferPointer>, isCut: Bool
    ) throws(DICOMError) -> Scan {
        let count = Int(frame[5])
        guard let inScan = header.first.map({ Int($0) }), header.count >= 1 + 2 * inScan, frame.count >= 6 + 3 * count else {
            throw DICOMError(.damagedPixels, "short JPEG-LS headers")
        }
        var ownFrame = frame
        var plane: Int?
        if inScan != count {
            guard inScan == 1, let index = (0..<count).first(where: { frame[6 + 3 * $0] == header[1] }) else {
                throw DICOMError(.unsupported, "JPEG-LS scans of \(inScan) of \(count) components")
            }
            plane = index
            ownFrame = frame[..<5] + [1] + frame[(6 + 3 * index)..<(9 + 3 * index)]
        }
        let bytes = head + segment(0xF7, ownFrame) + segment(0xDA, header) + data + end + [UInt8](repeating: 0, count: slack)
        let near = header.count > 1 + 2 * inScan ? header[1 + 2 * inScan] : 0
        return Scan(bytes: bytes, plane: plane, near: near, isCut: isCut)
    }
}
