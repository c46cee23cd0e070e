import DICOM
import Glibc
import TestSupport
import Testing

/// A file that ends early is read up to there: a length past the end is a truncated value and no reason to doubt the encoding.
@Suite("Files that are cut")
struct CutFileTests {
    /// Lines of elements, without what depends on where the file ends: the lines of values that the cut goes through.
    private func lines(_ file: Part10File) -> [[UInt8]] {
        HeaderText.text(of: file).split(separator: 0x0A).filter { $0.first != UInt8(ascii: "#") }.map(Array.init)
    }

    private func opened(_ bytes: [UInt8]) -> Part10File? {
        do throws(DICOMError) { return try Part10File.open(MemoryProvider(bytes)) } catch { return nil }
    }

    /// What a cut file lost of what lies before the cut.
    private func losses(_ bytes: [UInt8], cutAt end: Int, whole: Part10File) -> [String] {
        var losses: [String] = []
        guard let file = opened(Array(bytes[..<end])) else {
            return whole.dataSet.offset + 16 < end && !whole.dataSet.isEmpty && whole.dataSet.elements.first.map { $0.valueOffset + $0.contentLength < end } == true
                ? ["does not open"] : []
        }
        let expected = lines(whole)
        let own = lines(file)
        // Elements whose last byte is there say the same. Sequences are written with the number of their items.
        let complete = whole.meta.elements.count { $0.valueOffset + $0.contentLength <= end }
            + whole.dataSet.elements.count { $0.valueOffset + $0.contentLength <= end && $0.valueOffset <= end }
        let there = file.meta.elements.count { _ in true } + file.dataSet.elements.count { _ in true }
        if there < complete { losses.append("\(there) of \(complete) elements") }
        var common = 0
        while common < min(own.count, expected.count), own[common] == expected[common] { common += 1 }
        // The line at the cut may differ, and that of a sequence around it, with the number of its items.
        let plain = whole.dataSet.elements.prefix { !$0.isSequence && $0.valueOffset + $0.contentLength <= end }.count
        if common < whole.meta.elements.count { if whole.dataSet.offset < end { losses.append("\(common) lines of the meta information") } } else if common
            < whole.meta.elements.count + plain
        { losses.append("line \(common) differs: \(String(decoding: own.count > common ? own[common] : [], as: UTF8.self).prefix(80))") }
        if let pixels = whole.pixelData, !pixels.isEncapsulated, pixels.offset < end {
            if let cut = file.pixelData {
                if !InstanceSummarizer.summary(of: file).headerProblems.contains(where: { $0.code == .truncated }), end < pixels.offset + pixels.available {
                    losses.append("not named")
                }
                if cut.offset != pixels.offset || cut.available != min(pixels.available, end - pixels.offset) { losses.append("other pixels") }
            } else {
                losses.append("no pixels")
            }
        }
        if file.parseError == nil, file.forgiven.isEmpty, end < bytes.count - 8,
            !whole.dataSet.elements.contains(where: { $0.offset == end || $0.valueOffset + $0.contentLength == end })
        { losses.append("nothing says that it is cut") }
        return losses
    }

    @Test func `A file cut anywhere keeps all that lies before, in every encoding`() throws {
        var wrong: [String] = []
        for encoding in [DICOMWriter.Encoding.explicitLittle, .explicitBig, .implicitLittle] {
            for isUndefined in [false, true] {
                let bytes = ResynchronisingTests.sample(isUndefined: isUndefined, byteOrder: encoding).file(encoding)
                let whole = try Part10File.open(MemoryProvider(bytes))
                for end in whole.dataSet.offset..<bytes.count {
                    let losses = losses(bytes, cutAt: end, whole: whole)
                    if !losses.isEmpty { wrong.append("\(encoding) \(isUndefined) \(end): \(losses)") }
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count)\n\(wrong.prefix(30).joined(separator: "\n"))")
    }

    /// Pixels hold anything: letters of a VR, tags, zeros.
    @Test(arguments: [[0], [0x4F, 0x57], [0xE0, 0x7F, 0x10, 0, 0x4F, 0x42, 0, 0], [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0], [0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0]] as [[UInt8]])
    func `Cut pixel data are there as far as they go, whatever they hold`(_ pattern: [UInt8]) throws {
        for encoding in [DICOMWriter.Encoding.explicitLittle, .explicitBig, .implicitLittle] {
            var writer = DICOMWriter(encoding)
            writer.identity()
            writer.element(.rows, us: 100)
            writer.element(.columns, us: 100)
            writer.element(.bitsAllocated, us: 16)
            writer.element(.pixelData, .OW, (0..<20_000).map { pattern[$0 % pattern.count] })
            let bytes = writer.part10()
            for end in stride(from: bytes.count - 19_990, to: bytes.count, by: 397) {
                let file = try Part10File.open(MemoryProvider(Array(bytes[..<end])))
                #expect(file.pixelData?.available == end - (bytes.count - 20_000))
                #expect(file.pixelData?.isTruncated == true && file.parseError?.code == .truncated)
                #expect(InstanceSummarizer.summary(of: file).headerProblems.first?.code == .truncated)
            }
        }
    }

    static let isDeep = getenv("DCMFS_DEEP") != nil

    @Test(.enabled(if: isDeep && Corpus.isPresent, "a deep test: DCMFS_DEEP=1, and a corpus"))
    func `Every native file of the corpus, cut at 50 places, keeps all that lies before`() {
        var wrong: [String] = []
        var files = 0
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], row["expectation"] == "valid" else { continue }
            let bytes = Corpus.file(path)
            guard bytes.count < 8 << 20, let whole = opened(bytes), !whole.isInflated, whole.parseError == nil,
                let pixels = whole.pixelData, !pixels.isEncapsulated
            else { continue }
            files += 1
            let first = whole.dataSet.offset
            for step in 1...50 {
                // Half of the cuts in the header, half in the pixels.
                let end = step <= 25
                    ? first + (pixels.offset - first) * step / 25 : pixels.offset + (bytes.count - pixels.offset) * (step - 25) / 26
                guard end > first, end < bytes.count else { continue }
                let losses = losses(bytes, cutAt: end, whole: whole)
                if !losses.isEmpty { wrong.append("\(path) at \(end): \(losses)") }
            }
        }
        #expect(files > 0)
        #expect(wrong.isEmpty, "\(wrong.count) of \(files) files\n\(wrong.prefix(40).joined(separator: "\n"))")
    }
}
