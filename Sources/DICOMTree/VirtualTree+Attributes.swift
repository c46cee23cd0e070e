import DICOMArchive

/// Extended attributes: what the index knows of a node, under the names of DICOM.
extension VirtualTree {
    /// In front of a keyword.
    private static let prefix = "user.dicom."
    /// What kind of file it is, for file managers (a convention of freedesktop.org).
    private static let mediaType = Array("user.mime_type".utf8)
    /// Longest value that Linux passes on.
    private static let longestValue = 65_536
    private static let names: [[UInt8]: String] = Dictionary(
        IndexedAttribute.keywords.map { (Array((prefix + $0).utf8), $0) }, uniquingKeysWith: { first, _ in first })

    /// The value of one; nil where the node has none of this name. Names that no node has cost nothing.
    package func extendedAttribute(_ name: UnsafeRawBufferPointer, of id: NodeID) throws(TreeError) -> [UInt8]? {
        let name = Array(name)
        if name == Self.mediaType { return Self.mediaType(of: id) }
        guard let keyword = Self.names[name] else { return nil }
        return try indexed(id).first { $0.keyword == keyword }?.value
    }

    /// The names that a node has.
    package func extendedAttributeNames(of id: NodeID) throws(TreeError) -> [[UInt8]] {
        let keywords = try indexed(id).map { Array((Self.prefix + $0.keyword).utf8) }
        return keywords + (Self.mediaType(of: id) == nil ? [] : [Self.mediaType])
    }

    private func indexed(_ id: NodeID) throws(TreeError) -> [IndexedAttribute] {
        guard let entity = try entity(of: id) else { return [] }
        let found = try asking { () throws(ArchiveError) in try index.source.attributes(of: entity) }
        guard let found else { throw TreeError(.stale) }
        return found.filter { $0.value.count <= Self.longestValue }
    }

    private static func mediaType(of id: NodeID) -> [UInt8]? {
        switch id.kind {
        case .source: Array("application/dicom".utf8)
        case .png, .framePNG, .iconPNG: Array("image/png".utf8)
        case .jpeg, .frameJPEG: Array("image/jpeg".utf8)
        case .headerText, .framesReadme: Array("text/plain;charset=utf-8".utf8)
        default: nil
        }
    }
}
