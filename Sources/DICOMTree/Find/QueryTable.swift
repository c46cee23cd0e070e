import DICOMArchive
import Locks

/// The numbers of the query directories that were asked for since the mount: given once, never to others.
///
/// A number stands for a path below `/find` as it was written: a directory of the kernel's may have one place only.
final class QueryTable: Sendable {
    struct Directory: Sendable {
        /// 0 for `/find` itself.
        let parent: Int
        let query: SearchQuery
    }
    private struct Key: Hashable {
        let parent: Int
        let name: [UInt8]
    }
    private struct State {
        var numbers: [Key: Int] = [:]
        /// Directory number n stands at n - 1.
        var directories: [Directory] = []
    }
    private let state = Mutex(State())
    /// What the details of node ids have room for.
    static let limit = NodeID.settingsQueryLimit

    enum Answer {
        case number(Int)
        /// The name is no term, or there are too many of them.
        case none
        /// No numbers are left.
        case full
    }

    func number(of name: [UInt8], in parent: Int) -> Answer {
        guard name.count <= 255, let term = SearchQuery.Term(name) else { return .none }
        return state.withLock { state in
            let key = Key(parent: parent, name: name)
            if let number = state.numbers[key] { return .number(number) }
            let above = parent == 0 ? SearchQuery() : state.directories[parent - 1].query
            guard let query = above.adding(term) else { return .none }
            let number = state.directories.count + 1
            guard number < Self.limit else { return .full }
            state.numbers[key] = number
            state.directories.append(Directory(parent: parent, query: query))
            return .number(number)
        }
    }

    func directory(_ number: Int) -> Directory? {
        state.withLock { number >= 1 && number <= $0.directories.count ? $0.directories[number - 1] : nil }
    }
}
