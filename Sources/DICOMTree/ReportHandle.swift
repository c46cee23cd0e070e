import Locks

/// A report as one open file sees it: the text of the moment when it was first made. What the cache lets go of is made again
/// as long as nothing has changed; afterwards it is an error, never half of another text.
final class ReportHandle: Sendable {
    typealias Make = @Sendable (_ moment: TreeIndex.Moment?) throws(TreeError) -> (bytes: [UInt8], moment: TreeIndex.Moment)

    private let known = Mutex<(moment: TreeIndex.Moment, size: Int)?>(nil)
    private let make: Make

    init(_ make: @escaping Make) { self.make = make }

    /// Nil until it was first made.
    var moment: TreeIndex.Moment? { known.withLock { $0?.moment } }
    var size: Int? { known.withLock { $0?.size } }

    func bytes() throws(TreeError) -> [UInt8] {
        let (bytes, moment) = try make(moment)
        return try known.withLock { known throws(TreeError) in
            if let known {
                guard known.moment == moment else { throw TreeError(.stale, "the report has changed since it was opened") }
            } else {
                known = (moment, bytes.count)
            }
            return bytes
        }
    }
}

extension VirtualTree {
    /// The text of a report, of one moment: that of an open file, else of now.
    func report(_ id: NodeID, as wanted: TreeIndex.Moment?) throws(TreeError) -> (bytes: [UInt8], moment: TreeIndex.Moment) {
        for attempt in 0... {
            let now = try index.moment()
            let moment = wanted ?? now
            if let bytes = keptReport(id, moment) { return (bytes, moment) }
            guard moment == now else { break }
            let expected = try index.reportSize(of: id) ?? 1 << 16
            let bytes = try production.report(Self.reportKey(id, moment), size: expected) { () throws(TreeError) in try reportText(id) }
            // Made of several questions: a commit between them may show in one and not in another. Beyond some attempts that is taken.
            if try index.moment() == moment || attempt == 3 && wanted == nil {
                index.remember(size: bytes.count, of: id, at: moment)
                return (bytes, moment)
            }
        }
        throw TreeError(.stale, "the report has changed since it was opened")
    }

    func keptReport(_ id: NodeID, _ moment: TreeIndex.Moment) -> [UInt8]? { production.keptReport(Self.reportKey(id, moment)) }

    private static func reportKey(_ id: NodeID, _ moment: TreeIndex.Moment) -> RenditionKey {
        RenditionKey(node: id, modifiedNs: moment.archive, size: Int(truncatingIfNeeded: moment.undrawn))
    }
}
