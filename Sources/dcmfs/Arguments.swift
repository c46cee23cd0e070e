import DICOMArchive
import Glibc

/// Arguments are bytes. `String` repairs what is no UTF-8, and takes é and e followed by its accent for equal: then two files
/// named on one command line could become one. The parser is given texts from which the bytes can be had back.
enum Arguments {
    /// Stands for byte 0 of what is no UTF-8; the 256 scalars from here on are private use and mean nothing to anybody.
    private static let mark: UInt32 = 0x10_FF00

    /// All but the program's name.
    static var texts: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }.map { argument in
            text(Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
        }
    }

    static func text(_ bytes: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        forEachScalar(bytes) { scalar, raw in
            if let scalar, scalar.value < mark {
                scalars.append(scalar)
            } else {
                for byte in raw { if let marked = Unicode.Scalar(mark + UInt32(byte)) { scalars.append(marked) } }
            }
        }
        return String(scalars)
    }

    /// The bytes of an argument, or of a text that never was one.
    static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.value >= mark {
                bytes.append(UInt8(scalar.value - mark))
            } else {
                bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// Calls `body` with a path for the C library.
    static func withPath<Result>(_ text: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let path = bytes(text).map { CChar(bitPattern: $0) } + [0]
        return path.withUnsafeBufferPointer { buffer in
            // Never empty: there is the 0 at the end.
            guard let start = buffer.baseAddress else { return text.withCString(body) }
            return body(start)
        }
    }

    /// A message for a terminal. Names in it may hold anything: what a terminal would obey or not show becomes `\xNN`; lines stay.
    static func shown(_ message: String) -> String {
        var shown: [UInt8] = []
        forEachScalar(bytes(message)) { scalar, raw in
            let isPlain = scalar.map { $0 == "\n" || isVisible($0) } ?? false
            shown += isPlain ? Array(raw) : printable(Array(raw))
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
