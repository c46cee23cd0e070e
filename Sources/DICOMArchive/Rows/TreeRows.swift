/// One folder directly below `/patients`. `name` is legal and unique there, as stored.
package struct PatientRow: Hashable, Sendable {
    package let id: Int64
    package let name: [UInt8]
    /// In `/names`.
    package let viewName: [UInt8]
    /// Nanoseconds since 1970 of the newest change below.
    package let modifiedNs: Int64
}

/// One study of one patient: a study seen under two patients has two rows (N12).
package struct StudyRow: Hashable, Sendable {
    package let id: Int64
    package let patientID: Int64
    package let name: [UInt8]
    /// As `name`, but unique in the whole archive.
    package let viewName: [UInt8]
    /// Study Date as YYYYMMDD; 0 without a (valid) one.
    package let day: Int64
    /// In `/accessions`; nil without an accession number.
    package let accessionName: [UInt8]?
    /// In `/uids`.
    package let uidName: [UInt8]
    package let modifiedNs: Int64
    /// Study Time as it stands in the file.
    package var time: [UInt8] = []
}

/// One series of one study row.
package struct SeriesRow: Hashable, Sendable {
    package let id: Int64
    package let studyID: Int64
    package let name: [UInt8]
    /// In `/uids/<study>`.
    package let uidName: [UInt8]
    /// The study under the series' modality: a `StudyModalityRow`.
    package let modalityStudyID: Int64
    package let modifiedNs: Int64
}
