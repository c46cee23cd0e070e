import DICOMArchive

/// What somebody wants to know of a directory.
package enum DirectoryQuestion {
    case attributes
    /// A name in it.
    case name(UnsafeRawBufferPointer)
    /// What it holds.
    case list
}

/// Directories that take long to find: queries, and views of the user, until they were prepared, and again when the archive
/// has changed. Everything else comes out of an index of the archive.
extension VirtualTree {
    /// Whether the question is answered at once. Where not, `prepare` does first what takes long; without it the answer is
    /// the same, and comes late.
    package func isReady(_ id: NodeID, for question: DirectoryQuestion) throws(TreeError) -> Bool {
        switch id.kind {
        case .viewDirectory where id.isQuery:
            switch question {
            case .attributes: return true
            case .name(let name) where name.contains(UInt8(ascii: "=")) && SearchQuery.Term(Array(name)) != nil: return true
            case .name, .list: return try results.isKept(Int(id.row), index)
            }
        case .viewDirectory:
            return try isReady(view: id.detail >> 8)
        case .seriesDirectory:
            // Its list names the directory above.
            guard case .list = question, id.queryNumber == nil else { return true }
            return try isReady(view: id.detail)
        default:
            return true
        }
    }

    private func isReady(view number: Int) throws(TreeError) -> Bool {
        guard TemplateView.numbers.contains(number) else { return true }
        return try view(number: number).isReady(index)
    }

    /// Finds what a query or a view of the user shows as of now.
    func prepareDirectory(_ id: NodeID) throws(TreeError) {
        switch id.kind {
        case .viewDirectory where id.isQuery: _ = try results.found(Int(id.row), try query(id).query, index)
        case .viewDirectory: try view(number: id.detail >> 8).prepare(index)
        case .seriesDirectory where id.queryNumber == nil: try view(number: id.detail).prepare(index)
        default: return
        }
    }
}
