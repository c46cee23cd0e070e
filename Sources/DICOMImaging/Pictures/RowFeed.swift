/// Yields the bytes of a PNG's raw image data: filter byte 0 (none) and the pixels, row after row.
struct RowFeed {
    private let rows: PictureRows
    private var next = 0
    /// A row that did not fit the piece it began in, filter byte included.
    private var spare: [UInt8]
    /// Bytes of `spare` that are still to come.
    private var pending = 0

    init(_ rows: PictureRows) {
        self.rows = rows
        spare = [UInt8](repeating: 0, count: rows.rowBytes + 1)
    }

    /// Fills the whole of `target` with the next bytes; zeros after the last row.
    mutating func fill(_ target: UnsafeMutableRawBufferPointer) {
        var rest = target[...]
        while !rest.isEmpty {
            if pending > 0 {
                let count = min(pending, rest.count)
                spare.withUnsafeBytes { bytes in
                    let from = bytes.count - pending
                    UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<from + count]))
                }
                pending -= count
                rest = rest.dropFirst(count)
            } else if next == rows.height {
                UnsafeMutableRawBufferPointer(rebasing: rest).initializeMemory(as: UInt8.self, repeating: 0)
                return
            } else if rest.count > rows.rowBytes {
                Self.draw(rows, next, into: UnsafeMutableRawBufferPointer(rebasing: rest.prefix(rows.rowBytes + 1)))
                next += 1
                rest = rest.dropFirst(rows.rowBytes + 1)
            } else {
                spare.withUnsafeMutableBytes { [rows, next] in Self.draw(rows, next, into: $0) }
                next += 1
                pending = spare.count
            }
        }
    }

    /// One row behind its filter byte.
    private static func draw(_ rows: PictureRows, _ row: Int, into target: UnsafeMutableRawBufferPointer) {
        target[0] = 0
        rows.draw(row, UnsafeMutableRawBufferPointer(rebasing: target.dropFirst()))
    }
}
