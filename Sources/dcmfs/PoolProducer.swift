import CLinux
import DICOM
import DICOMTree
import WorkerProtocol
import Workers

/// Texts and pictures of the mount come from the workers.
struct PoolProducer: Producer {
    let pool: WorkerPool
    /// Pictures as small as can be, whatever size was promised.
    var isCompact = false
    private let places = FramePlaces()

    init(pool: WorkerPool) { self.pool = pool }

    func headerText(_ descriptor: CInt, _ format: HeaderText.Format, length: Int?) throws(ProductionError) -> [UInt8] {
        let size = try Self.size(of: descriptor)
        return try Self.producing { () throws(WorkerError) in
            try pool.headerText(descriptor, size: size, format: format, promised: length)
        }
    }

    func headerTexts(_ orders: [HeaderTextOrder]) -> [[UInt8]?] {
        let descriptors = orders.map(\.descriptor)
        // A worker that came to grief over one of them is no failure yet: whoever asks for that one alone learns of it.
        let sizes = descriptors.map { Int(max(0, CLinux_file_size($0))) }
        let texts = try? pool.headerTexts(descriptors, sizes: sizes, formats: orders.map(\.format), promised: orders.map(\.length))
        return texts ?? descriptors.map { _ in nil }
    }

    func picture(_ descriptor: CInt, _ order: PictureOrder) throws(ProductionError) -> ProducedPicture {
        let format: PictureRequest.Format =
            switch order.kind {
            case .png: isCompact ? .compressedPNG : .png
            case .jpeg: isCompact ? .plainJPEG : .jpeg
            }
        var request = PictureRequest(
            fileSize: try Self.size(of: descriptor), frame: order.frame, format: format, settings: order.settings,
            description: order.description, expectedSize: isCompact ? nil : order.expectedSize, frameRange: try frameRange(descriptor, order))
        request.isIcon = order.isIcon
        if order.description.frameCount > 1 { request.source = FramePlaces.Identity(descriptor)?.bytes ?? [] }
        var cost: UInt64 = 0
        let bytes = try Self.producing { [request] () throws(WorkerError) in
            let made = try pool.timedPicture(descriptor, request)
            cost = made.microseconds
            return made.bytes
        }
        return ProducedPicture(bytes: bytes, cost: cost)
    }

    private func frameRange(_ descriptor: CInt, _ order: PictureOrder) throws(ProductionError) -> Range<Int>? {
        // A slide that is put together needs all of them.
        guard order.description.assembled == nil, order.description.frameCount >= FramePlaces.fewest, let identity = FramePlaces.Identity(descriptor) else { return nil }
        return try places.range(of: order.frame, in: identity) { () throws(ProductionError) in
            let size = try Self.size(of: descriptor)
            var ranges: [Range<Int>] = []
            _ = try Self.producing { () throws(WorkerError) in
                ranges = try pool.frameRanges(descriptor, size: size)
                return []
            }
            return ranges
        }
    }

    private static func producing(_ body: () throws(WorkerError) -> [UInt8]) throws(ProductionError) -> [UInt8] {
        do { return try body() } catch { throw ProductionError(isDeterministic: error.isDeterministic, error.description) }
    }

    private static func size(of descriptor: CInt) throws(ProductionError) -> Int {
        let size = CLinux_file_size(descriptor)
        guard size >= 0 else { throw ProductionError(isDeterministic: false, "not a regular file") }
        return Int(size)
    }
}

/// A producer over `workerCount` processes, which start when first needed: to be made after going into the background,
/// and before sources are opened.
///
/// - Parameter isolates: one process for one file.
func makeProducer(workerCount: Int, isolates: Bool = false) throws(WorkerFailure) -> PoolProducer {
    let pool = try WorkerLocation.makePool(count: workerCount, isolates: isolates)
    try pool.prepare()
    return PoolProducer(pool: pool)
}
