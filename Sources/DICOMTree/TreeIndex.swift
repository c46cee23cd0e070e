package import DICOMArchive
import Locks

/// The archive as the tree sees it: its questions, and answers that many requests need kept until the archive changes.
package final class TreeIndex: Sendable {
    package let source: any TreeSource
    /// What turned out while drawing.
    let undrawn = UndrawnInstances()

    /// A state of the archive, and of what is known beside it.
    struct Moment: Hashable, Sendable {
        let archive: Int64
        let undrawn: Int64
    }

    fileprivate struct Kept {
        var moment: Moment
        var reasons: [ProblemReason]?
        var newestChange: Int64?
        /// Bytes of reports.
        var sizes: [NodeID: Int] = [:]
    }
    private let kept = Mutex(Kept(moment: Moment(archive: -1, undrawn: 0)))

    package init(source: any TreeSource) {
        self.source = source
    }

    /// The files of `/problems`.
    package func problemReasons() throws(TreeError) -> [ProblemReason] {
        try keep(\.reasons) { () throws(TreeError) in
            undrawn.adding(to: try asking { () throws(ArchiveError) in try source.problemReasons() })
        }
    }

    /// Newest change of any patient, nanoseconds since 1970; 0 in an empty archive.
    package func newestChange() throws(TreeError) -> Int64 {
        try keep(\.newestChange) { () throws(TreeError) in
            try asking { () throws(ArchiveError) in try source.newestChange() }
        }
    }

    /// The size of a report as of now, if it was made since the last change.
    func reportSize(of node: NodeID) throws(TreeError) -> Int? {
        let moment = try moment()
        return kept.withLock { $0.moment == moment ? $0.sizes[node] : nil }
    }

    func remember(size: Int, of node: NodeID, at moment: Moment) {
        kept.withLock { kept in
            kept.renew(moment)
            kept.sizes[node] = size
        }
    }

    func moment() throws(TreeError) -> Moment {
        let archive = try asking { () throws(ArchiveError) in try source.changeCounter() }
        return Moment(archive: archive, undrawn: undrawn.revision)
    }

    /// No lock is held while the archive is asked.
    private func keep<Value>(_ path: any WritableKeyPath<Kept, Value?> & Sendable, _ make: () throws(TreeError) -> Value) throws(TreeError) -> Value
    where Value: Sendable {
        let moment = try moment()
        if let value = kept.withLock({ $0.moment == moment ? $0[keyPath: path] : nil }) { return value }
        let value = try make()
        kept.withLock { kept in
            kept.renew(moment)
            kept[keyPath: path] = value
        }
        return value
    }
}

extension TreeIndex.Kept {
    fileprivate mutating func renew(_ moment: TreeIndex.Moment) {
        if self.moment != moment { self = TreeIndex.Kept(moment: moment) }
    }
}
