/// One folder of `/modalities`.
package struct ModalityRow: Hashable, Sendable {
    package let id: Int64
    package let name: [UInt8]
    package let modifiedNs: Int64
}

/// A study under one of its modalities.
package struct StudyModalityRow: Hashable, Sendable {
    package let id: Int64
    package let studyID: Int64
    package let modalityID: Int64
    package let modifiedNs: Int64
}

/// The same with the study's own row, for listings.
package struct ModalityEntryRow: Hashable, Sendable {
    package let place: StudyModalityRow
    package let study: StudyRow

    package init(place: StudyModalityRow, study: StudyRow) {
        self.place = place
        self.study = study
    }
}

/// A folder that is but a number: a day, or the studies without an accession number.
package struct ViewFolderRow: Hashable, Sendable {
    /// YYYYMMDD (0 for no date), or `noAccession`.
    package let id: Int64
    package let modifiedNs: Int64

    package static let noAccession: Int64 = -1
}
