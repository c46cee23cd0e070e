/// The inner loops. Predictors are generic parameters so that each gets its own loop; the row is bounds-checked as a whole by
/// the caller (LosslessScan.slack, LosslessPlane).
extension LosslessScan {
    private var initialValue: UInt16 {
        UInt16(truncatingIfNeeded: 1 &<< max(0, precision &- pointTransform &- 1))
    }

    /// One component, one sample per pixel: nearly every medical image.
    @inline(__always)
    func single<P: LosslessPredictor>(
        _: P.Type, _ reader: inout LosslessBitReader, _ row: Int, isFirst: Bool, _ fast: [UInt32], _ tables: [LosslessHuffmanTable],
        _ plane: LosslessPlane
    ) {
        let current = plane.samples + row &* plane.columns
        let columns = plane.columns
        let tableIndex = components[0].table
        var bits = reader
        fast.withUnsafeBufferPointer { fast in
            tables.withUnsafeBufferPointer { tables in
                guard let fast = fast.baseAddress, let table = tables.baseAddress.map({ $0 + tableIndex }) else { return }
                if isFirst {
                    Self.firstRow(&bits, current, columns, initialValue, fast, table)
                } else {
                    Self.laterRow(P.self, &bits, current, current - columns, columns, fast, table)
                }
            }
        }
        reader = bits
    }

    @inline(__always)
    private static func firstRow(
        _ bits: inout LosslessBitReader, _ current: UnsafeMutablePointer<UInt16>, _ columns: Int, _ initial: UInt16,
        _ fast: UnsafePointer<UInt32>, _ table: UnsafePointer<LosslessHuffmanTable>
    ) {
        var left = initial
        for column in 0..<columns {
            left = left &+ UInt16(truncatingIfNeeded: bits.difference(fast, table))
            current[column] = left
        }
    }

    @inline(__always)
    private static func laterRow<P: LosslessPredictor>(
        _: P.Type, _ bits: inout LosslessBitReader, _ current: UnsafeMutablePointer<UInt16>, _ above: UnsafeMutablePointer<UInt16>,
        _ columns: Int, _ fast: UnsafePointer<UInt32>, _ table: UnsafePointer<LosslessHuffmanTable>
    ) {
        var corner = above[0]
        var left = corner &+ UInt16(truncatingIfNeeded: bits.difference(fast, table))
        current[0] = left
        for column in 1..<max(1, columns) {
            let up = above[column]
            let predicted = P.predict(Int32(left), Int32(up), Int32(corner))
            left = UInt16(truncatingIfNeeded: predicted &+ Int32(truncatingIfNeeded: bits.difference(fast, table)))
            current[column] = left
            corner = up
        }
    }

    /// Several components, or one component of several: samples at `plane.stride`.
    @inline(__always)
    func interleaved<P: LosslessPredictor>(
        _: P.Type, _ reader: inout LosslessBitReader, _ row: Int, isFirst: Bool, _ fast: [[UInt32]], _ tables: [LosslessHuffmanTable],
        _ plane: LosslessPlane
    ) {
        let (step, width) = (plane.stride, plane.stride &* plane.columns)
        let current = plane.samples + row &* width
        let above = current - (isFirst ? 0 : width)
        var bits = reader
        tables.withUnsafeBufferPointer { tables in
            guard let firstTable = tables.baseAddress else { return }
            for column in 0..<plane.columns {
                for (number, component) in components.enumerated() {
                    let at = column &* step &+ component.index
                    let difference = fast[number].withUnsafeBufferPointer { table -> UInt32 in
                        guard let table = table.baseAddress else { return 0 }
                        return bits.difference(table, firstTable + component.table)
                    }
                    let predicted: Int32
                    if column == 0 {
                        predicted = Int32(isFirst ? initialValue : above[at])
                    } else if isFirst {
                        predicted = Int32(current[at &- step])
                    } else {
                        predicted = P.predict(Int32(current[at &- step]), Int32(above[at]), Int32(above[at &- step]))
                    }
                    current[at] = UInt16(truncatingIfNeeded: predicted &+ Int32(truncatingIfNeeded: difference))
                }
            }
        }
        reader = bits
    }
}
