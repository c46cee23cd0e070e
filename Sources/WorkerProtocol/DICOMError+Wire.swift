import DICOM

extension DICOMError {
    /// Tags of a path that travel; sequences nested deeper are not followed by the reader anyway.
    fileprivate static let deepestPath = 256
}

extension WireWriter {
    mutating func put(_ error: DICOMError) {
        put(error.code.rawValue)
        put(error.offset)
        let path = error.path.prefix(DICOMError.deepestPath)
        putCount(path.count)
        for tag in path { put(tag.rawValue) }
        let message = error.message.utf8
        put(message.count <= IngestReply.longestLine ? error.message : String(decoding: message.prefix(IngestReply.longestLine - 2), as: UTF8.self))
    }
}

extension WireReader {
    mutating func dicomError() throws(WireError) -> DICOMError {
        let code = try reasonCode()
        let offset = try int()
        let depth = try count(elementSize: 4, most: DICOMError.deepestPath)
        var path: [Tag] = []
        for _ in 0..<depth { path.append(Tag(rawValue: try uint32())) }
        return DICOMError(DICOMError.Code(rawValue: code), at: max(offset, -1), path: path, try line(longest: IngestReply.longestLine))
    }

    /// Codes become file names in `/problems`: short, lower case, nothing else.
    mutating func reasonCode() throws(WireError) -> String {
        let code = try line()
        let legal = code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        guard legal, (1...64).contains(code.utf8.count) else { throw WireError("not a reason code") }
        return code
    }
}
