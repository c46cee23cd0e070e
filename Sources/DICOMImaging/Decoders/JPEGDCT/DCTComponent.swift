/// One component of a DCT frame and its geometry (T.81 A.1.1, A.2).
struct DCTComponent {
    let id: UInt8
    /// Sampling factors, 1...4.
    let horizontal: Int
    let vertical: Int
    let quantizationSlot: Int
    /// Samples of the component, without padding to blocks.
    let width: Int
    let height: Int
    /// Blocks of an interleaved scan, padding included.
    let paddedBlocksWide: Int
    let paddedBlocksHigh: Int

    /// Blocks of a scan of this component alone.
    var blocksWide: Int { (width + 7) / 8 }
    var blocksHigh: Int { (height + 7) / 8 }
    var paddedBlocks: Int { paddedBlocksWide * paddedBlocksHigh }
    var samples: Int { width * height }
}
