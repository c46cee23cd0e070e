package import DICOMArchive

/// What the tree asks of the index. `Archive` answers it; tests have archives of their own in memory.
///
/// Lists come in the order of row ids; `after` is exclusive, 0 starts.
package protocol TreeSource: Sendable {
    func patients(after: Int64, limit: Int) throws(ArchiveError) -> [PatientRow]
    func patient(id: Int64) throws(ArchiveError) -> PatientRow?
    func patient(named name: [UInt8]) throws(ArchiveError) -> PatientRow?
    func studies(of patient: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow]
    func study(id: Int64) throws(ArchiveError) -> StudyRow?
    func study(named name: [UInt8], of patient: Int64) throws(ArchiveError) -> StudyRow?
    func series(of study: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [SeriesRow]
    func series(id: Int64) throws(ArchiveError) -> SeriesRow?
    func series(named name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow?
    func instances(of series: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [InstanceRow]
    /// In the order of names.
    func instances(of series: Int64, afterStem stem: [UInt8], limit: Int) throws(ArchiveError) -> [InstanceRow]
    func instance(id: Int64) throws(ArchiveError) -> InstanceRow?
    func instance(stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow?
    /// What the index knows of a row and of those it belongs to; nil when it is gone.
    func attributes(of entity: ArchiveEntity) throws(ArchiveError) -> [IndexedAttribute]?
    /// Instances with their sources, as of one moment; nil for those that are not there.
    func located(_ instances: [Int64]) throws(ArchiveError) -> [LocatedInstance?]
    func openSource(of instance: LocatedInstance, strict: SourceStrictness) throws(ArchiveError) -> SourceFile
    // The views beside /patients.
    func patient(viewNamed name: [UInt8]) throws(ArchiveError) -> PatientRow?
    func studies(after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow]
    func study(viewNamed name: [UInt8]) throws(ArchiveError) -> StudyRow?
    func studies(ofDay day: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow]
    func study(accessionNamed name: [UInt8]) throws(ArchiveError) -> StudyRow?
    func studies(withAccession: Bool, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow]
    func study(uidNamed name: [UInt8]) throws(ArchiveError) -> StudyRow?
    func series(uidNamed name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow?
    func instance(uidStem stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow?
    func modalities(after: Int64, limit: Int) throws(ArchiveError) -> [ModalityRow]
    func modality(id: Int64) throws(ArchiveError) -> ModalityRow?
    func modality(named name: [UInt8]) throws(ArchiveError) -> ModalityRow?
    func studies(ofModality modality: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [ModalityEntryRow]
    func studyModality(id: Int64) throws(ArchiveError) -> StudyModalityRow?
    func studyModality(of study: Int64, modality: Int64) throws(ArchiveError) -> StudyModalityRow?
    func series(ofStudyModality pair: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [SeriesRow]
    /// Every series that a query matches, in the order of ids.
    func find(_ query: SearchQuery, _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void) throws(ArchiveError)
    /// The same on several threads where much is found: what each of them has, in the order of ids.
    func find<Part: Sendable>(
        _ query: SearchQuery, startingWith empty: Part,
        _ add: @Sendable (inout Part, borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> [Part]
    func viewFolder(id: Int64) throws(ArchiveError) -> ViewFolderRow?
    func viewFolders(after: Int64, below end: Int64, limit: Int) throws(ArchiveError) -> [ViewFolderRow]

    func problemReasons() throws(ArchiveError) -> [ProblemReason]
    func problemFile(named name: [UInt8]) throws(ArchiveError) -> [UInt8]?
    func totals() throws(ArchiveError) -> ArchiveTotals
    /// Newest change of any patient, nanoseconds since 1970; 0 in an empty archive.
    func newestChange() throws(ArchiveError) -> Int64
    /// Series below which something has changed since a time, at most so many.
    func changedSeries(since time: Int64, limit: Int) throws(ArchiveError) -> [Int64]
    /// A number that changes with every change of the index.
    func changeCounter() throws(ArchiveError) -> Int64
}

extension Archive: TreeSource {}
