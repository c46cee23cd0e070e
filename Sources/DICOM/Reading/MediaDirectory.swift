/// The directory records of a DICOMDIR, walked by their offsets (PS3.3 Annex F; PS3.10 section 8.6).
package enum MediaDirectory {
    /// Media Storage Directory Storage.
    package static let sopClassUID = "1.2.840.10008.1.3.10"

    /// One record in the order of the tree.
    package struct Record: Sendable {
        package enum Flag: String, Sendable {
            case none = ""
            /// Record In-use Flag 0000H: still a reference, but of a deleted record.
            case inactive
            /// No offset leads to it.
            case orphan
            /// An offset that leads to a record that was visited before; never followed.
            case loop
            /// An offset where no record starts; never followed.
            case wild = "wild offset"
        }
        /// 0 for the root's records; -1 for orphans.
        package let level: Int
        /// Position of its parent in the list, -1 for none.
        package let parent: Int
        package let type: String
        package let flag: Flag
        package let fileID: [[UInt8]]
        package let sopInstanceUID: [UInt8]
        /// Offset of the record, or the offset that leads nowhere.
        package let offset: Int
    }

    /// Whether a file is a media directory: by its SOP Class, else by having directory records.
    package static func isMediaDirectory(_ file: Part10File) -> Bool {
        if let uid = file.meta.string(.mediaStorageSOPClassUID), !uid.isEmpty { return uid == sopClassUID }
        return file.dataSet.contains(.directoryRecordSequence)
    }

    /// The references and what is wrong with the directory.
    ///
    /// - Throws: `.malformed` where there is no record sequence at all.
    package static func summary(of file: Part10File) throws(DICOMError) -> MediaDirectorySummary {
        guard file.dataSet.contains(.directoryRecordSequence) else {
            throw file.parseError ?? DICOMError(.malformed, path: [.directoryRecordSequence], "a DICOMDIR without directory records")
        }
        var summary = MediaDirectorySummary()
        for record in records(of: file) {
            if let problem = problem(of: record), summary.problems.count < 1000 { summary.problems.append(problem) }
            guard record.flag != .loop, record.flag != .wild else { continue }
            summary.recordCount += 1
            guard !record.fileID.isEmpty else { continue }
            summary.references.append(
                .init(fileID: record.fileID, sopInstanceUID: record.sopInstanceUID, recordType: Array(record.type.utf8)))
        }
        if let damage = file.parseError { summary.problems.append(damage) }
        return summary
    }

    private static func problem(of record: Record) -> DICOMError? {
        switch record.flag {
        case .none, .inactive: nil
        case .orphan: DICOMError(.inconsistent, at: record.offset, "no offset leads to this directory record")
        case .loop: DICOMError(.inconsistent, at: record.offset, "an offset leads back to this directory record")
        case .wild: DICOMError(.inconsistent, at: record.offset, "an offset leads to no directory record")
        }
    }

    /// All records: as their offsets link them, then those that no offset reaches. Where the offsets lead nowhere, all of
    /// them in the order of the sequence, with the level that their type has.
    package static func records(of file: Part10File) -> [Record] {
        let items = file.dataSet.items(.directoryRecordSequence)
        var walk = Walk(items)
        let first = file.dataSet.int(.offsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity) ?? 0
        if first != 0 { walk.follow(first) }
        return walk.visited == 0 ? inSequence(items) : walk.withOrphans()
    }

    private static func inSequence(_ items: [DataSet]) -> [Record] {
        var records: [Record] = []
        var parents = [-1, -1, -1, -1]
        for item in items {
            let type = item.string(.directoryRecordType) ?? ""
            let level = ["PATIENT": 0, "STUDY": 1, "SERIES": 2][type] ?? 3
            records.append(Record(item, level: level, parent: level == 0 ? -1 : parents[level - 1], flag: nil))
            parents[level] = records.count - 1
        }
        return records
    }

    /// Depth first, without recursion, each record at most once.
    private struct Walk {
        let items: [DataSet]
        let index: [Int: Int]
        var isVisited: [Bool]
        var records: [Record] = []
        private(set) var visited = 0

        init(_ items: [DataSet]) {
            self.items = items
            var index: [Int: Int] = [:]
            for (number, item) in items.enumerated() { index[item.itemOffset] = number }
            self.index = index
            isVisited = Array(repeating: false, count: items.count)
        }

        mutating func follow(_ first: Int) {
            // What is still to do; the last one first.
            var pending: [(offset: Int, level: Int, parent: Int)] = [(first, 0, -1)]
            while let next = pending.popLast() {
                guard let number = index[next.offset] else {
                    records.append(Record(nowhere: next.offset, level: next.level, parent: next.parent, flag: .wild))
                    continue
                }
                guard !isVisited[number] else {
                    records.append(Record(nowhere: next.offset, level: next.level, parent: next.parent, flag: .loop))
                    continue
                }
                isVisited[number] = true
                visited += 1
                let item = items[number]
                records.append(Record(item, level: next.level, parent: next.parent, flag: nil))
                if let offset = item.int(.offsetOfTheNextDirectoryRecord), offset != 0 { pending.append((offset, next.level, next.parent)) }
                if let offset = item.int(.offsetOfReferencedLowerLevelDirectoryEntity), offset != 0 {
                    pending.append((offset, next.level + 1, records.count - 1))
                }
            }
        }

        func withOrphans() -> [Record] {
            records + items.indices.filter { !isVisited[$0] }.map { Record(items[$0], level: -1, parent: -1, flag: .orphan) }
        }
    }
}

extension MediaDirectory.Record {
    init(_ item: DataSet, level: Int, parent: Int, flag: Flag?) {
        self.level = level
        self.parent = parent
        self.flag = flag ?? (item.int(.recordInUseFlag) == 0 ? .inactive : .none)
        type = item.string(.directoryRecordType) ?? ""
        offset = item.itemOffset
        sopInstanceUID = item.boundedKey(.referencedSOPInstanceUIDInFile).bytes
        // Eight components of eight characters (PS3.10 section 8.2), and room for what writers make of them.
        let value = item.element(.referencedFileID).flatMap { try? $0.withPrefix(4096) { Array($0) } } ?? []
        let components = value.split(separator: 0x5C, omittingEmptySubsequences: false)
        fileID = value.isEmpty ? [] : components.map { part in part.withUnsafeBytes { TextTrimming.trimmed($0) } }
    }

    init(nowhere offset: Int, level: Int, parent: Int, flag: Flag) {
        self.level = level
        self.parent = parent
        self.flag = flag
        self.offset = offset
        type = ""
        fileID = []
        sopInstanceUID = []
    }
}
