import DICOM
import DICOMImaging
import TestSupport

extension FuzzTarget {
    /// A whole file: everything that the index and the header texts read.
    static let part10 = FuzzTarget(name: "part10") { input in
        guard let file = open(input) else { return true }
        _ = HeaderText.text(of: file)
        _ = HeaderJSON.json(of: file, bulkDataURI: "file:x")
        _ = InstanceSummarizer.summary(of: file)
        _ = PictureDescriber.describe(file)
        if MediaDirectory.isMediaDirectory(file) { _ = MediaDirectory.records(of: file) }
        do throws(DICOMError) { _ = try MediaDirectory.summary(of: file) } catch {}
        return true
    } seeds: {
        [$0]
    }

    /// A whole file, drawn.
    static let picture = FuzzTarget(name: "picture") { input in
        guard let file = open(input) else { return false }
        return draw(file)
    } seeds: {
        [$0]
    }

    /// Specific Character Set up to the first line feed, then the bytes of a value.
    static let text = FuzzTarget(name: "text") { input in
        let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let set = SpecificCharacterSet(Array(parts[0]))
        for vr in [VR.PN, .LT, .LO] {
            var output: [UInt8] = []
            Array(parts[1]).withUnsafeBytes { bytes in
                _ = set.decode(bytes, vr: vr, into: &output)
                _ = set.decodeKey(bytes, vr: vr, into: &output)
            }
        }
        return true
    } seeds: { bytes in
        guard let file = open(bytes), let set = file.dataSet.element(.specificCharacterSet) else { return [] }
        return [Tag.patientName, .studyDescription, .seriesDescription].compactMap { file.dataSet.element($0) }.compactMap { value in
            do throws(DICOMError) { return try set.withPrefix(256) { Array($0) } + [0x0A] + value.withPrefix(1024) { Array($0) } } catch {
                return nil
            }
        }
    }

    /// A picture in colour or gray; large ones are left out.
    static func draw(_ file: Part10File, longestSide: Int? = nil) -> Bool {
        guard let picture = PictureDescriber.describe(file).picture, picture.width * picture.height <= largestFrame else { return false }
        do throws(DICOMError) {
            let settings = PictureSettings(longestSide: longestSide)
            let frame = picture.representativeFrame
            _ = try PictureRenderer.raster(of: file, frame: frame, settings: settings, description: picture)
            _ = try PictureRenderer.explanation(of: file, frame: frame, settings: PictureSettings(window: .auto), description: picture)
        } catch { return true }
        return true
    }
}
