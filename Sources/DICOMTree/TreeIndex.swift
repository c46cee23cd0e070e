package import DICOMArchive
import Locks

/// The archive as the tree sees it: its questions, and answers that many requests need kept until the archive changes.
package final class TreeIndex: Sendable {
    package let source: any TreeSource

    fileprivate struct Kept {
        var counter: Int64
        var reasons: [ProblemReason]?
        var newestChange: Int64?
        var texts: [NodeID: [UInt8]] = [:]
    }
    private let kept = Mutex(Kept(counter: -1))

    package init(source: any TreeSource) {
        self.source = source
    }

    /// The files of `/problems`.
    package func problemReasons() throws(TreeError) -> [ProblemReason] {
        try keep(\.reasons) { () throws(TreeError) in
            try asking { () throws(ArchiveError) in try source.problemReasons() }
        }
    }

    /// Newest change of any patient, nanoseconds since 1970; 0 in an empty archive.
    package func newestChange() throws(TreeError) -> Int64 {
        try keep(\.newestChange) { () throws(TreeError) in
            try asking { () throws(ArchiveError) in try source.newestChange() }
        }
    }

    /// The text of a report as of now, if it was made since the last change.
    func keptText(of node: NodeID) throws(TreeError) -> [UInt8]? {
        let counter = try counter()
        return kept.withLock { $0.counter == counter ? $0.texts[node] : nil }
    }

    func text(of node: NodeID, _ make: () throws(TreeError) -> [UInt8]) throws(TreeError) -> [UInt8] {
        let counter = try counter()
        if let text = kept.withLock({ $0.counter == counter ? $0.texts[node] : nil }) { return text }
        let text = try make()
        kept.withLock { kept in
            kept.renew(counter)
            kept.texts[node] = text
        }
        return text
    }

    private func counter() throws(TreeError) -> Int64 {
        try asking { () throws(ArchiveError) in try source.changeCounter() }
    }

    /// No lock is held while the archive is asked.
    private func keep<Value>(_ path: any WritableKeyPath<Kept, Value?> & Sendable, _ make: () throws(TreeError) -> Value) throws(TreeError) -> Value
    where Value: Sendable {
        let counter = try counter()
        if let value = kept.withLock({ $0.counter == counter ? $0[keyPath: path] : nil }) { return value }
        let value = try make()
        kept.withLock { kept in
            kept.renew(counter)
            kept[keyPath: path] = value
        }
        return value
    }
}

extension TreeIndex.Kept {
    fileprivate mutating func renew(_ counter: Int64) {
        if self.counter != counter { self = TreeIndex.Kept(counter: counter) }
    }
}
