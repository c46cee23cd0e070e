import DICOM
import DICOMImaging

/// One thing that takes hostile bytes. `mountscripts/fuzz` runs it under libFuzzer and AddressSanitizer; the tests replay what
/// that found (Tests/Fuzz/Regressions/NAME). To add one: a value, and a line in `all`.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Takes one input. False where it was not worth keeping. Never traps, whatever the bytes.
    package let run: @Sendable (_ input: [UInt8]) -> Bool
    /// Inputs to begin with, from a well-formed file.
    package let seeds: @Sendable (_ bytes: [UInt8]) -> [[UInt8]]

    package static let all: [FuzzTarget] = [
        .part10,
        .picture,
        .text,
        .frames,
        .palette,
        .lut,
        .sized("rle", syntax: "1.2.840.10008.1.2.5"),
        .sized("uncompressed", syntax: "1.2.840.10008.1.2.1.98"),
        .sized("deflated", syntax: "1.2.840.10008.1.2.8.1"),
        .codec("jpeg-lossless", syntax: "1.2.840.10008.1.2.4.70", shape: CodestreamShape.jpeg) { $0.process == 0xC3 },
        .codec("jpeg-dct", syntax: "1.2.840.10008.1.2.4.51", shape: CodestreamShape.jpeg) { $0.process != 0xC3 && $0.precision != 8 },
        .codec("jpeg-8bit", syntax: "1.2.840.10008.1.2.4.50", shape: CodestreamShape.jpeg) { $0.process != 0xC3 && $0.precision == 8 },
        .codec("jpeg-ls", syntax: "1.2.840.10008.1.2.4.80", shape: CodestreamShape.jpeg),
        .codec("jpeg-2000", syntax: "1.2.840.10008.1.2.4.90", shape: CodestreamShape.jpeg2000),
        .sized("jpeg-xl", syntax: "1.2.840.10008.1.2.4.110"),
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    /// Larger pictures only slow a campaign down.
    static let largestFrame = 1 << 18

    /// The file in `bytes`, or nil.
    static func open(_ bytes: [UInt8]) -> Part10File? {
        do throws(DICOMError) { return try Part10File.open(MemoryProvider(bytes)) } catch { return nil }
    }

    /// The codestreams of a file's first frames, where it has any.
    static func codestreams(_ bytes: [UInt8]) -> [[UInt8]] {
        guard let file = open(bytes) else { return [] }
        return (0..<2).compactMap { frame in
            do throws(DICOMError) { return try StoredFrame.codestream(file, frame: frame) } catch { return nil }
        }
    }
}
