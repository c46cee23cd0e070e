import DICOM

/// A row of `instances` with every column.
struct InstanceRecord {
    var id: Int64 = 0
    var series: Int64 = 0
    var stem: [UInt8] = []
    /// First 8 bytes of SHA-256 of the SOP Instance UID: a short index instead of a long one.
    var sopKey: Int64 = 0
    var sopUID: [UInt8] = []
    /// Rows of `texts`.
    var sopClass: Int64 = 0
    var transferSyntax: Int64 = 0
    var forgiven: Int64 = 0
    var size: Int64 = 0
    var mtimeNs: Int64 = 0
    var contentChangedNs: Int64 = 0
    var textLength: Int64 = 0
    var textVersion: Int64 = 0
    var pictureState: PictureState = .none
    var pictureProblem: Int64 = 0
    var picture: PictureDescription?
    /// Name without extension in `/uids`; nil where that is the SOP Instance UID itself.
    var uidStem: [UInt8]?
    /// Where the numbers of its frames begin (`RowIDs.nextFrames`); nil without frames.
    var framesIno: Int64?

    var checksum: Int64 {
        var sum = RowChecksum(4)
        sum.add(id)
        sum.add(series)
        sum.add(stem)
        sum.add(sopKey)
        sum.add(sopUID)
        sum.add(sopClass)
        sum.add(transferSyntax)
        sum.add(forgiven)
        sum.add(size)
        sum.add(mtimeNs)
        sum.add(contentChangedNs)
        sum.add(textLength)
        sum.add(textVersion)
        sum.add(Int64(pictureState.rawValue))
        sum.add(pictureProblem)
        add(picture, to: &sum)
        // Rows from before version 2 keep their sum.
        if let uidStem { sum.add(uidStem) }
        // The same for version 3.
        if let framesIno { sum.add(framesIno) }
        return sum.value
    }

    private func add(_ picture: PictureDescription?, to sum: inout RowChecksum) {
        guard let picture else { return sum.add(-1) }
        sum.add(picture.widthColumn)
        sum.add(picture.heightColumn)
        sum.add(Int64(picture.channels))
        sum.add(Int64(picture.frameCount))
        sum.add(Int64(picture.representativeFrame))
        if let density = picture.density {
            sum.add(Int64(density.x))
            sum.add(Int64(density.y))
            sum.add(density.isMetric ? 1 : 0)
        } else {
            sum.add(-1)
        }
        sum.add(Int64(picture.iccProfileLength))
    }

    var row: InstanceRow {
        let isDrawn = pictureState == .available
        return InstanceRow(
            id: id, seriesID: series, stem: stem, uidStem: uidStem ?? sopUID, size: size, mtimeNs: mtimeNs, contentChangedNs: contentChangedNs,
            headerTextLength: Int(textLength), headerTextVersion: DescriptionVersion.headerText(textVersion), pictureState: pictureState,
            picture: isDrawn ? picture : nil, icon: isDrawn ? nil : picture, framesIno: framesIno)
    }

    init() {}

    /// Columns in the order of `ReadSQL.instance`.
    ///
    /// - Parameter isUnnamed: whether it may lack the name in `/uids` that it needs (`Version2` gives it one).
    init(_ s: SQLStatement, isUnnamed: Bool = false) throws(ArchiveError) {
        id = s.int(0)
        series = s.int(1)
        stem = s.bytes(2)
        sopKey = s.int(3)
        sopUID = s.bytes(4)
        sopClass = s.int(5)
        transferSyntax = s.int(6)
        forgiven = s.int(7)
        size = s.int(8)
        mtimeNs = s.int(9)
        contentChangedNs = s.int(10)
        textLength = s.int(11)
        textVersion = s.int(12)
        let state = UInt8(exactly: s.int(13)).flatMap(PictureState.init(rawValue:))
        pictureState = state ?? .none
        pictureProblem = s.int(14)
        let picture = Self.picture(s)
        self.picture = picture ?? nil
        uidStem = s.optionalBytes(25)
        framesIno = s.optionalInt(26)
        let isWhole = state != nil && picture != nil && isInRange(isUnnamed)
        try checkRow(isWhole && s.int(24) == checksum, "instances", id)
    }

    /// The description, nil inside when there is none; nil when a number is none that a picture has. The ranges are those of the
    /// worker's replies: sizes of files are computed from these numbers without further checks.
    private static func picture(_ s: SQLStatement) -> PictureDescription?? {
        guard let width = s.optionalInt(15) else { return .some(nil) }
        let (height, channels, frames, frame, icc) = (s.int(16), s.int(17), s.int(18), s.int(19), s.int(23))
        guard (1..<1 << 32).contains(width), (1..<1 << 32).contains(height), width & 0xFFFF != 0, height & 0xFFFF != 0,
            (width >> 16 == 0) == (height >> 16 == 0), channels == 1 || channels == 3,
            (1...Int64(Int32.max)).contains(frames), (0..<frames).contains(frame), (0..<Int64(Int32.max) / 2).contains(icc)
        else { return nil }
        var density: PixelDensity?
        if let x = s.optionalInt(20) {
            guard let x = UInt32(exactly: x), let y = UInt32(exactly: s.int(21)), (0...1).contains(s.int(22)) else { return nil }
            density = PixelDensity(x: x, y: y, isMetric: s.int(22) == 1)
        }
        var picture = PictureDescription(
            width: Int(width & 0xFFFF), height: Int(height & 0xFFFF), channels: Int(channels), frameCount: Int(frames),
            representativeFrame: Int(frame), density: density, iccProfileLength: Int(icc))
        if width >> 16 != 0 { picture.assembled = PictureSides(width: Int(width >> 16), height: Int(height >> 16)) }
        return picture
    }

    private func isInRange(_ isUnnamed: Bool) -> Bool {
        guard RowRange.ids.contains(id), RowRange.ids.contains(series), RowRange.isName(stem), RowRange.sizes.contains(size),
            RowRange.textLengths.contains(textLength), RowRange.textVersions.contains(textVersion),
            [sopClass, transferSyntax, forgiven, pictureProblem].allSatisfy({ RowRange.texts.contains($0) }),
            framesIno.map({ RowRange.frameNumbers.contains($0) }) ?? true, pictureState != .available || picture != nil
        else { return false }
        return isUnnamed || (uidStem.map { RowRange.isName($0) } ?? EntityNames.isPlainUID(sopUID))
    }
}

/// Columns and rows of frames stand in the lower 16 bits of their columns, those of tiles put together above them: rows of slides
/// that an older version indexed have none, and keep the picture that they had.
extension PictureDescription {
    var widthColumn: Int64 { Int64(width) | Int64(assembled?.width ?? 0) << 16 }
    var heightColumn: Int64 { Int64(height) | Int64(assembled?.height ?? 0) << 16 }
}
