package import DICOM

/// Result of `WorkerRequest.formats`.
package enum FormatsReply {
    package static func encode(_ rows: [FormatSupport]) -> [UInt8] {
        var writer = WireWriter(reserving: rows.count * 96)
        writer.putCount(rows.count)
        for row in rows {
            writer.put(row.uid)
            writer.put(row.library)
            writer.put(row.reason)
        }
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8]) throws(WireError) -> [FormatSupport] {
        var reader = WireReader(bytes)
        var rows: [FormatSupport] = []
        for _ in 0..<(try reader.count(elementSize: 12)) {
            rows.append(FormatSupport(uid: try reader.line(), library: try reader.line(), reason: try reader.line()))
        }
        try reader.end()
        return rows
    }
}
