import Locks

@testable import DICOMArchive

/// Counts the files that it is given.
final class CountingParser: HeaderParser {
    private let inner = InProcessParser()
    private let counter = Mutex(0)
    var count: Int { counter.withLock { $0 } }

    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        counter.withLock { $0 += descriptors.count }
        return inner.parse(descriptors, sizes: sizes)
    }
}
