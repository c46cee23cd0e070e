/// What a codestream says of its size, so that the header around it agrees and the decoder gets as far as it can.
package struct CodestreamShape: Sendable {
    package var rows: Int
    package var columns: Int
    package var samples: Int
    package var precision: Int
    /// The SOF marker of a JPEG stream, else 0.
    package var process: UInt8 = 0

    /// From the first frame header of a JPEG or JPEG-LS stream (SOF0 to SOF15, SOF55).
    package static let jpeg: @Sendable ([UInt8]) -> CodestreamShape? = { stream in
        for at in 2..<max(2, min(4096, stream.count - 10)) where stream[at] == 0xFF {
            let marker = stream[at + 1]
            guard marker == 0xF7 || (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker) else { continue }
            return CodestreamShape(
                rows: Int(stream[at + 5]) << 8 | Int(stream[at + 6]), columns: Int(stream[at + 7]) << 8 | Int(stream[at + 8]),
                samples: Int(stream[at + 9]), precision: Int(stream[at + 4]), process: marker)
        }
        return nil
    }

    /// From the SIZ segment of a JPEG 2000 codestream (T.800 A.5.1), raw or inside a JP2 file.
    package static let jpeg2000: @Sendable ([UInt8]) -> CodestreamShape? = { stream in
        func word(_ at: Int) -> Int { stream[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        for at in 0..<max(0, min(4096, stream.count - 44)) where stream[at] == 0xFF && stream[at + 1] == 0x51 {
            return CodestreamShape(
                rows: word(at + 10) - word(at + 18), columns: word(at + 6) - word(at + 14), samples: Int(stream[at + 39]),
                precision: Int(stream[at + 40] & 0x7F) + 1)
        }
        return nil
    }
}
