import DICOM

/// A DCT frame: components with their places in the buffers that hold all of them.
struct DCTFrame {
    let precision: Int
    let width: Int
    let height: Int
    let isProgressive: Bool
    let components: [DCTComponent]
    let maxHorizontal: Int
    let maxVertical: Int
    /// First sample of each component among the samples of all, planes one after the other.
    let firstSample: [Int]
    /// First block of each among the blocks of all.
    let firstBlock: [Int]
    let sampleCount: Int
    let blockCount: Int

    var mcusWide: Int { (width + 8 * maxHorizontal - 1) / (8 * maxHorizontal) }
    var mcusHigh: Int { (height + 8 * maxVertical - 1) / (8 * maxVertical) }

    /// Refuses precisions and sampling factors that T.81 does not have. The sizes are those that were checked against the header.
    init(_ header: JPEGHeader) throws(DICOMError) {
        guard header.precision == 8 || header.precision == 12 else { throw DICOMError(.damagedPixels, "DCT of \(header.precision) bits") }
        guard header.components.allSatisfy({ (1...4).contains($0.horizontal) && (1...4).contains($0.vertical) }) else {
            throw DICOMError(.damagedPixels, "JPEG sampling factors outside 1...4")
        }
        let isSingle = header.components.count == 1  // its factors mean nothing (T.81 A.2.2)
        let horizontal = header.components.map { isSingle ? 1 : Int($0.horizontal) }
        let vertical = header.components.map { isSingle ? 1 : Int($0.vertical) }
        let (wide, high) = (horizontal.max() ?? 1, vertical.max() ?? 1)
        let mcusWide = (header.width + 8 * wide - 1) / (8 * wide)
        let mcusHigh = (header.height + 8 * high - 1) / (8 * high)
        components = header.components.indices.map { i in
            DCTComponent(
                id: header.components[i].id, horizontal: horizontal[i], vertical: vertical[i],
                quantizationSlot: Int(header.components[i].quantization),
                width: (header.width * horizontal[i] + wide - 1) / wide, height: (header.height * vertical[i] + high - 1) / high,
                paddedBlocksWide: mcusWide * horizontal[i], paddedBlocksHigh: mcusHigh * vertical[i])
        }
        (precision, width, height, isProgressive) = (header.precision, header.width, header.height, header.process == 0xC2)
        (maxHorizontal, maxVertical) = (wide, high)
        var (samples, blocks) = (0, 0)
        var (firstSample, firstBlock): ([Int], [Int]) = ([], [])
        for component in components {
            firstSample.append(samples)
            firstBlock.append(blocks)
            samples += component.samples
            blocks += component.paddedBlocks
        }
        (self.firstSample, self.firstBlock, sampleCount, blockCount) = (firstSample, firstBlock, samples, blocks)
    }
}
