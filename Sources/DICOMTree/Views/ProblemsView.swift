package import DICOMArchive

/// `/problems/<reason>.txt`: what is not shown as an instance, path and reason, one a line.
///
/// Reasons have no rows; a file's number is a hash of its name, so that it is the same in every mount.
package struct ProblemsView: View {
    package let name = Array("problems".utf8)
    package let number = 2
    package let showsInstances = false

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        guard place == .top else { return nil }
        let newest = try index.problemReasons().map(\.changedNs).max()
        return ViewDirectory(parent: nil, modifiedNs: newest ?? 0)
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try index.problemReasons().first { $0.name == name }.map(entry)
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        let entries = try index.problemReasons().map(entry).filter { $0.order > order }
        return Array(entries.sorted { $0.order < $1.order }.prefix(limit))
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        .top
    }

    package func file(_ row: Int64, at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try index.problemReasons().map(entry).first { $0.order == row }
    }

    package func text(of row: Int64, _ index: TreeIndex) throws(TreeError) -> [UInt8]? {
        guard let entry = try file(row, at: .top, index) else { return nil }
        return try asking { () throws(ArchiveError) in
            let text = try index.source.problemFile(named: entry.name)
            guard entry.name == UndrawnInstances.reportName else { return text }
            let all = (text ?? []) + (try index.undrawn.lines(index.source))
            return text == nil && index.undrawn.revision == 0 ? nil : all
        }
    }

    private func entry(_ reason: ProblemReason) -> ViewEntry {
        let number = Self.number(of: reason.name)
        return ViewEntry(name: reason.name, item: .file(number), order: number, modifiedNs: reason.changedNs)
    }

    /// FNV-1a, folded into what a node id holds; never 0.
    private static func number(of name: [UInt8]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64((hash ^ hash >> 34) % UInt64(NodeID.rowLimit - 1)) + 1
    }
}
