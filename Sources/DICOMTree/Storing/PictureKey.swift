import DICOM
package import DICOMArchive

/// Everything that decides about the bytes of a picture, the same in every mount: no node ids, whose settings are numbered anew
/// by each.
///
/// Row and archive say which instance is meant; size, times and inode of the file that was opened say that it is the one
/// whose pixels were drawn, even where the index does not know of a change yet.
package struct PictureKey: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Raised with any change of what is written here.
    private static let version = 2

    package init(origin: [UInt8], row: InstanceRow, source: FileIdentity, order: PictureOrder) {
        var writer = KeyWriter()
        writer.put(Self.version)
        writer.put(Int(FormatEpoch.pictures))
        writer.put(PictureDescription.version)
        writer.put(origin)
        writer.put(Int(row.id))
        writer.put(row.uidStem)
        for value in [row.size, row.mtimeNs, row.contentChangedNs] { writer.put(Int(value)) }
        for value in [source.size, source.mtimeNs, source.ctimeNs, Int64(bitPattern: source.inode)] { writer.put(Int(value)) }
        writer.put(order)
        bytes = writer.bytes
    }

    /// SHA-256 of the key in hexadecimal digits.
    var name: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return SHA256.digest(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}

/// Values in a fixed order, each of known length: no two lists of values give the same bytes.
private struct KeyWriter {
    var bytes: [UInt8] = []

    mutating func put(_ value: Int) {
        withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) { put(Int(truncatingIfNeeded: Int64(bitPattern: value.bitPattern))) }

    mutating func put(_ value: Bool) { put(value ? 1 : 0) }

    mutating func put(_ value: [UInt8]) {
        put(value.count)
        bytes += value
    }

    mutating func put(_ order: PictureOrder) {
        put(order.frame)
        switch order.kind {
        case .png: put(1)
        case .jpeg: put(2)
        }
        put(order.settings)
        put(order.description)
        put(order.expectedSize)
        put(order.isIcon)
    }

    private mutating func put(_ settings: PictureSettings) {
        switch settings.window {
        case .fileOrAuto: put(1)
        case .auto: put(2)
        case .file(let number):
            put(3)
            put(number)
        case .values(let center, let width):
            put(4)
            put(center)
            put(width)
        case .hounsfield(let center, let width):
            put(5)
            put(center)
            put(width)
        }
        put(settings.overlays)
        put(settings.longestSide ?? 0)
        put(settings.squarePixels)
    }

    private mutating func put(_ description: PictureDescription) {
        for value in [
            description.width, description.height, description.channels, description.frameCount, description.representativeFrame,
            description.iccProfileLength, description.assembled?.width ?? 0, description.assembled?.height ?? 0,
        ] { put(value) }
        put(description.density != nil)
        guard let density = description.density else { return }
        put(Int(density.x))
        put(Int(density.y))
        put(density.isMetric)
    }
}
