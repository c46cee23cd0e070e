import DICOMArchive

/// The numbers of the query directories that somebody uses.
///
/// A number stands for a path below `/find` as it was written, under some settings: a directory of the kernel's may have one
/// place only. It refers to the number of the directory it lies in, and to that of its settings, for as long as it stands for something.
final class QueryTable: Sendable {
    struct Directory: Sendable {
        /// 0 for `/find` itself.
        let parent: Int
        let settings: Int
        let query: SearchQuery
    }
    private struct Key: Hashable {
        let settings: Int
        let parent: Int
        let name: [UInt8]
    }
    private let table: NumberTable<Key, Directory>
    private let settings: SettingsTable

    init(settings: SettingsTable) {
        self.settings = settings
        let freed = Freed()
        table = NumberTable(limits: .init(numbers: NodeID.queryLimit, share: 1_024, mostOfReader: 4_096, idle: 1_024)) { key in
            freed.table?.release(key.parent, count: 1)
            settings.release(key.settings)
        }
        freed.table = table
    }

    /// Lets the table's own callback reach it.
    ///
    /// `@unchecked Sendable`: written once, before anybody can call.
    private final class Freed: @unchecked Sendable {
        weak var table: NumberTable<Key, Directory>?
    }

    enum Answer {
        case number(Int)
        /// The name is no term, or there are too many of them.
        case none
        /// The reader has too many in use.
        case full
    }

    func number(of name: [UInt8], in parent: Int, settings number: Int, reader: UInt32) -> Answer {
        guard name.count <= 255, let term = SearchQuery.Term(name) else { return .none }
        let above: SearchQuery
        if parent == 0 {
            above = SearchQuery()
        } else {
            guard let directory = directory(parent), directory.settings == number else { return .none }
            above = directory.query
        }
        guard let query = above.adding(term) else { return .none }
        let key = Key(settings: number, parent: parent, name: name)
        // Referred to before the number exists: it may lose its own at any moment after.
        if parent != 0, table.refer(to: parent) == nil { return .none }
        if number != 0, settings.refer(to: number) == nil {
            table.release(parent, count: 1)
            return .none
        }
        var isNew = false
        let answer = table.number(of: key, reader: reader) { _ in
            isNew = true
            return Directory(parent: parent, settings: number, query: query)
        }
        if !isNew {
            table.release(parent, count: 1)
            settings.release(number)
        }
        if case .number(let found) = answer { return .number(found) }
        return .full
    }

    func directory(_ number: Int) -> Directory? { table.entry(number)?.value }

    func refer(to number: Int) -> UInt32? { table.refer(to: number) }
    func release(_ number: Int, count: Int = 1) { table.release(number, count: count) }

    /// Takes what the kernel is to forget: a name, and the number of the query it lies in (0 for `/find`), under some settings.
    func onCrowded(_ body: @escaping @Sendable (_ name: [UInt8], _ parent: Int, _ settings: Int) -> Void) {
        table.onCrowded { body($0.name, $0.parent, $0.settings) }
    }

    var countInUse: Int { table.countInUse }
}
