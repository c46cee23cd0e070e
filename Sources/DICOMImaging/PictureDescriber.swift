package import DICOM

/// Says from the header alone which pictures an instance has, and how large (filesystem.md section 3).
package enum PictureDescriber {
    /// - Returns: the state; the description where it is `.available`; else, in one line, what is missing or wrong.
    package static func describe(_ file: Part10File) -> (state: PictureState, picture: PictureDescription?, problem: String) {
        guard file.pixelData != nil else {
            // The only images that are images without pixel data.
            let isElsewhere = file.transferSyntax.codec == .jpip && file.dataSet.int(.rows) != nil
            return isElsewhere ? (.unsupported, nil, Decoders.missingFeature(.jpip) ?? "") : (.none, nil, "")
        }
        do throws(DICOMError) {
            var layout = try FrameLayout(of: file)
            if let refusal = refusal(of: layout, file) { return (.unsupported, nil, refusal) }
            if file.pixelData?.isEncapsulated == true, file.transferSyntax.codec.isToldByStream {
                guard let head = try StreamHead.of(file, layout) else { return noStream(file.transferSyntax) }
                guard let decoder = Decoders.decoder(for: head.kind.codec) else {
                    return (.unsupported, nil, Decoders.missingFeature(head.kind.codec) ?? "no decoder for \(head.kind.name)")
                }
                guard layout.hasShape || head.width > 0 && head.height > 0 else { return (.inconsistent, nil, "neither header nor stream has rows and columns") }
                try layout.follow(head)
                if let refusal = decoder.refusal(layout) { return (.unsupported, nil, refusal) }
            }
            let channels = PictureColor.channels(of: file, layout)
            if layout.photometric == .paletteColor { _ = try Palette(file.dataSet) }
            let tiles = TileGrid(file.dataSet, layout)
            var picture = PictureDescription(
                width: layout.columns, height: layout.rows, channels: channels, frameCount: layout.frameCount,
                representativeFrame: representativeFrame(file.dataSet, of: layout.frameCount, tiles), density: Density.of(file.dataSet),
                iccProfileLength: ICCProfile.length(file.dataSet, channels: channels))
            picture.assembled = tiles?.assembled
            guard PictureSize.png(picture) != nil else { return (.unsupported, nil, "larger than a PNG can be") }
            return (.available, picture, "")
        } catch {
            let state: PictureState = error.code == .unsupported || error.code == .limitExceeded ? .unsupported : .inconsistent
            return (error.code == .noPixels ? .none : state, nil, error.code == .noPixels ? "" : error.message)
        }
    }

    /// The Icon Image, where it is one that can be drawn: the poster of videos and others that have no picture.
    package static func describeIcon(_ file: Part10File) -> PictureDescription? {
        guard let icon = file.icon, let picture = describe(icon).picture, picture.frameCount == 1 else { return nil }
        return picture
    }

    /// What keeps these frames from being drawn; nil where nothing does.
    private static func refusal(of layout: FrameLayout, _ file: Part10File) -> String? {
        if case .other(let term) = layout.photometric { return "Photometric Interpretation \(String(term.prefix(32)))" }
        let syntax = file.transferSyntax
        if let missing = Decoders.missingFeature(syntax.codec) { return missing }
        guard file.pixelData?.isEncapsulated == true else {
            return layout.photometric == .ybrPartial || layout.photometric == .xyb ? "native pixel data in a codec's colour space" : nil
        }
        // What the fragments hold is asked of themselves.
        if syntax.codec.isToldByStream { return nil }
        guard let decoder = Decoders.decoder(for: syntax.codec) else { return "no decoder for \(syntax.name)" }
        return decoder.refusal(layout)
    }

    /// Fragments in which no codestream begins.
    private static func noStream(_ syntax: TransferSyntax) -> (state: PictureState, picture: PictureDescription?, problem: String) {
        if syntax.codec == .unknown { return (.unsupported, nil, "no decoder for this transfer syntax") }
        guard syntax.isEncapsulated else { return (.unsupported, nil, "fragments in \(syntax.name)") }
        return (.inconsistent, nil, "the fragments hold no \(syntax.name) stream, nor another one that is known")
    }

    /// Representative Frame Number where it names a frame that is there, else the tile in the middle of a slide, else the middle frame;
    /// 0-based.
    private static func representativeFrame(_ dataSet: DataSet, of count: Int, _ tiles: TileGrid?) -> Int {
        if let number = dataSet.int(.representativeFrameNumber), (1...count).contains(number) { return number - 1 }
        if let tiles, tiles.assembled == nil { return min(max(tiles.middle, 0), count - 1) }
        return (count - 1) / 2
    }
}

/// Pixel density from the header (rule G25).
enum Density {
    static func of(_ dataSet: DataSet) -> PixelDensity? {
        let places = [FunctionalGroups.item(.pixelMeasuresSequence, frame: 0, of: dataSet), dataSet].compactMap { $0 }
        for place in places {
            for tag in [Tag.pixelSpacing, .imagerPixelSpacing, .nominalScannedPixelSpacing] {
                if let density = metric(place.doubles(tag)) { return density }
            }
        }
        let ratio = dataSet.ints(.pixelAspectRatio)
        guard ratio.count == 2, ratio[0] != ratio[1], (1...65_535).contains(ratio[0]), (1...65_535).contains(ratio[1]) else { return nil }
        // Vertical\horizontal size of a pixel: densities are the other way round.
        return PixelDensity(x: UInt32(ratio[0]), y: UInt32(ratio[1]), isMetric: false)
    }

    /// Row spacing (vertical) and column spacing (horizontal) in mm.
    private static func metric(_ spacing: [Double]) -> PixelDensity? {
        guard spacing.count == 2, spacing.allSatisfy({ $0.isFinite && $0 > 1e-5 && $0 < 1e3 }) else { return nil }
        let x = (1000 / spacing[1]).rounded()
        let y = (1000 / spacing[0]).rounded()
        guard x >= 1, y >= 1, x <= 1e8, y <= 1e8 else { return nil }
        return PixelDensity(x: UInt32(x), y: UInt32(y), isMetric: true)
    }
}

/// The embedded ICC profile (0028,2000), where it is one that fits the picture (rule C10; ICC.1 section 7.2).
enum ICCProfile {
    private static let limit = 4 << 20

    static func length(_ dataSet: DataSet, channels: Int) -> Int {
        guard let element = element(dataSet) else { return 0 }
        do throws(DICOMError) {
            return try element.withPrefix(132) { header in
                guard header.count == 132 else { return 0 }
                let length = header.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                let space = channels == 3 ? Array("RGB ".utf8) : Array("GRAY".utf8)
                let fits = length >= 132 && length <= element.contentLength && length <= limit
                return fits && header[16..<20].elementsEqual(space) && header[36..<40].elementsEqual("acsp".utf8) ? length : 0
            }
        } catch {
            return 0
        }
    }

    /// The first `length` bytes of it.
    static func bytes(_ dataSet: DataSet, length: Int) throws(DICOMError) -> [UInt8] {
        guard length > 0 else { return [] }
        guard let bytes = try element(dataSet)?.withPrefix(length, { Array($0) }), bytes.count == length else {
            throw DICOMError(.inconsistent, "the ICC profile is not the one that was indexed")
        }
        return bytes
    }

    private static func element(_ dataSet: DataSet) -> DataElement? {
        dataSet.element(.iccProfile) ?? dataSet.item(.opticalPathSequence, 0)?.element(.iccProfile)
    }
}
