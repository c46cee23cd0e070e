import DICOM
import DICOMArchive
import Locks

/// The parser itself, in this process: what a worker does, without pictures.
struct InProcessParser: HeaderParser {
    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        zip(descriptors, sizes).map { descriptor, size in .outcome(Self.outcome(descriptor, size)) }
    }

    static func outcome(_ descriptor: CInt, _ size: Int) -> IngestOutcome {
        do throws(DICOMError) {
            let file = try Part10File.open(DescriptorProvider(descriptor, size: size))
            if MediaDirectory.isMediaDirectory(file) { return .mediaDirectory(try MediaDirectory.summary(of: file)) }
            var summary = InstanceSummarizer.summary(of: file)
            if summary.sopInstanceUID.isEmpty, let damage = file.parseError { return .setAside(damage) }
            summary.headerTextLength = HeaderText.length(of: file)
            return .instance(summary)
        } catch {
            return .setAside(error)
        }
    }
}

/// A parser that fails on files of one size, and counts what it was asked.
final class FailingParser: HeaderParser {
    let size: Int
    let asked = Mutex(0)
    init(size: Int) { self.size = size }

    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        asked.withLock { $0 += descriptors.count }
        return zip(descriptors, sizes).map { descriptor, size in
            size == self.size ? .failed(reason: "the worker died") : .outcome(InProcessParser.outcome(descriptor, size))
        }
    }
}
