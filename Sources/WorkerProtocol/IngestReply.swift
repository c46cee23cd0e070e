package import DICOM

/// Result of `WorkerRequest.ingest`: one outcome per file, in order.
///
/// The bounds hold on both sides. The worker keeps them because an honest file may come to more; dcmfs refuses what is beyond
/// them because a worker that a file took over may say anything, and all of it would go into the archive.
package enum IngestReply {
    /// Bytes of one text of an instance. The longest legal one is a name of three groups of 64 characters (PS3.5 section 6.2),
    /// under 1 KiB in UTF-8.
    package static let longestText = 4 << 10
    /// Bytes of a line for people.
    package static let longestLine = 1 << 10
    /// Longest header text that an instance may promise: a header is at most 64 MiB, its text a few times that.
    package static let longestHeaderText = 1 << 30
    /// Codes of what was forgiven: there are some dozens.
    package static let mostCodes = 256
    /// Components of a File ID: PS3.10 section 8.5 allows 8 of 8 characters.
    package static let mostComponents = 64
    /// Directory records of a medium, and problems of one.
    package static let mostReferences = 1 << 20
    package static let mostProblems = 1024

    /// Longest reply that is taken for files of these sizes: an instance has 24 texts and some lines; a media directory names no
    /// file in fewer bytes than its reference takes here.
    package static func longestReply(sizes: [Int]) -> Int {
        let most = 256 << 20
        var total = 16
        for size in sizes {
            total += 128 << 10
            total += 2 * min(max(0, size), 64 << 20)
            if total >= most { return most }
        }
        return total
    }

    /// - Parameter isCutting: false in tests, to say what an honest worker never says.
    package static func encode(_ outcomes: [IngestOutcome], isCutting: Bool = true) -> [UInt8] {
        var writer = WireWriter(reserving: outcomes.count * 512)
        writer.isCutting = isCutting
        writer.putCount(outcomes.count)
        for outcome in outcomes { writer.put(outcome) }
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8], count expected: Int) throws(WireError) -> [IngestOutcome] {
        var reader = WireReader(bytes)
        let count = try reader.count(elementSize: 1)
        guard count == expected else { throw WireError("\(count) outcomes for \(expected) files") }
        var outcomes: [IngestOutcome] = []
        for _ in 0..<count { outcomes.append(try reader.ingestOutcome()) }
        try reader.end()
        return outcomes
    }
}
