package import DICOM

/// How to reach the other frames of an object while one of them is drawn.
package struct Siblings {
    /// See `PictureRequest.source`; empty to remember nothing.
    let source: [UInt8]
    let memory: WindowMemory?
    /// The file with all its frames: a file that was opened for one frame knows the place of that one only (`Leniency.frameRange`).
    let open: () throws(DICOMError) -> Part10File

    package init(source: [UInt8] = [], memory: WindowMemory? = nil, open: @escaping () throws(DICOMError) -> Part10File) {
        (self.source, self.memory, self.open) = (source, memory, open)
    }
}

/// Statistics of objects of many frames: without them each frame would have to look at others again. Not thread-safe.
package final class WindowMemory {
    struct Key: Hashable {
        let source: [UInt8]
        /// Frames are decoded as small as their pictures need them.
        let width: Int
        let height: Int
        let overlays: Bool
    }

    private var entries: [(key: Key, statistics: ValueStatistics?)] = []
    private static let limit = 32

    package init() {}

    /// Nil where the object is not known; known ones may have no value at all.
    func entry(_ key: Key) -> (key: Key, statistics: ValueStatistics?)? { entries.first { $0.key == key } }

    func insert(_ statistics: ValueStatistics?, for key: Key) {
        if entries.count >= Self.limit { entries.removeFirst() }
        entries.append((key, statistics))
    }
}
