/// A row of one of the four levels, by its id.
package enum ArchiveEntity: Hashable, Sendable {
    case patient(Int64)
    case study(Int64)
    case series(Int64)
    case instance(Int64)
}

/// One attribute of an entity, as the index has it.
package struct IndexedAttribute: Hashable, Sendable {
    /// A keyword of PS3.6, or `SourcePath`.
    package let keyword: String
    /// UTF-8, never empty; several values joined by `\`, dates as YYYYMMDD.
    package let value: [UInt8]

    package init(keyword: String, value: [UInt8]) {
        self.keyword = keyword
        self.value = value
    }
}

extension IndexedAttribute {
    /// Not of the standard: where the file is whose bytes are shown.
    package static let sourcePath = "SourcePath"
    package static let instanceKeywords = ["SOPInstanceUID", "TransferSyntaxUID", sourcePath]
    /// Every keyword that an entity may have.
    package static let keywords = Set(SearchKeyword.allCases.map(\.rawValue) + instanceKeywords)
}
