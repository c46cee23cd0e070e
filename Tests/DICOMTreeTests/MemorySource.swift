import DICOM
import DICOMTree
import Glibc
import Locks

@testable import DICOMArchive

/// An index in memory, with sources in one temporary file each, for tests of the tree alone.
final class MemorySource: TreeSource {
    struct State {
        var patients: [PatientRow] = []
        var studies: [StudyRow] = []
        var series: [SeriesRow] = []
        var instances: [InstanceRow] = []
        var modalities: [ModalityRow] = []
        var studyModalities: [StudyModalityRow] = []
        var sources: [Int64: [UInt8]] = [:]
        var reasons: [ProblemReason] = []
        var problems: [[UInt8]: [UInt8]] = [:]
        var counter: Int64 = 1
        /// Whether somebody commits between any two questions.
        var isRestless = false
        var openings = 0
        /// Each content in a file of its own, made when it is first opened.
        var files: [[UInt8]: String] = [:]
    }
    let state = Mutex(State())

    deinit { for path in state.withLock({ $0.files.values.map { $0 } }) { unlink(path) } }

    /// How often a source was opened.
    var openings: Int { state.withLock { $0.openings } }

    func change(_ body: (inout State) -> Void) {
        state.withLock {
            body(&$0)
            $0.counter += 1
        }
    }

    private func page<Row>(_ rows: [Row], _ after: Int64, _ limit: Int, _ id: (Row) -> Int64) -> [Row] {
        Array(rows.filter { id($0) > after }.sorted { id($0) < id($1) }.prefix(limit))
    }

    func patients(after: Int64, limit: Int) throws(ArchiveError) -> [PatientRow] {
        state.withLock { page($0.patients, after, limit, \.id) }
    }
    func patient(id: Int64) throws(ArchiveError) -> PatientRow? { state.withLock { $0.patients.first { $0.id == id } } }
    func patient(named name: [UInt8]) throws(ArchiveError) -> PatientRow? { state.withLock { $0.patients.first { $0.name == name } } }
    func studies(of patient: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow] {
        state.withLock { page($0.studies.filter { $0.patientID == patient }, after, limit, \.id) }
    }
    func study(id: Int64) throws(ArchiveError) -> StudyRow? { state.withLock { $0.studies.first { $0.id == id } } }
    func study(named name: [UInt8], of patient: Int64) throws(ArchiveError) -> StudyRow? {
        state.withLock { $0.studies.first { $0.name == name && $0.patientID == patient } }
    }
    func series(of study: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [SeriesRow] {
        state.withLock { page($0.series.filter { $0.studyID == study }, after, limit, \.id) }
    }
    func series(id: Int64) throws(ArchiveError) -> SeriesRow? { state.withLock { $0.series.first { $0.id == id } } }
    func series(named name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow? {
        state.withLock { $0.series.first { $0.name == name && $0.studyID == study } }
    }
    func instances(of series: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [InstanceRow] {
        state.withLock { page($0.instances.filter { $0.seriesID == series }, after, limit, \.id) }
    }
    func instances(of series: Int64, afterStem stem: [UInt8], limit: Int) throws(ArchiveError) -> [InstanceRow] {
        state.withLock { state in
            let rows = state.instances.filter { $0.seriesID == series && stem.lexicographicallyPrecedes($0.stem) }
            return Array(rows.sorted { $0.stem.lexicographicallyPrecedes($1.stem) }.prefix(limit))
        }
    }
    func instance(id: Int64) throws(ArchiveError) -> InstanceRow? { state.withLock { $0.instances.first { $0.id == id } } }
    func instance(stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow? {
        state.withLock { $0.instances.first { $0.stem == stem && $0.seriesID == series } }
    }

    func patient(viewNamed name: [UInt8]) throws(ArchiveError) -> PatientRow? { state.withLock { $0.patients.first { $0.viewName == name } } }
    func studies(after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow] { state.withLock { page($0.studies, after, limit, \.id) } }
    func study(viewNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? { state.withLock { $0.studies.first { $0.viewName == name } } }
    func studies(ofDay day: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow] {
        state.withLock { page($0.studies.filter { $0.day == day }, after, limit, \.id) }
    }
    func study(accessionNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? { state.withLock { $0.studies.first { $0.accessionName == name } } }
    func studies(withAccession: Bool, after: Int64, limit: Int) throws(ArchiveError) -> [StudyRow] {
        state.withLock { page($0.studies.filter { ($0.accessionName != nil) == withAccession }, after, limit, \.id) }
    }
    func study(uidNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? { state.withLock { $0.studies.first { $0.uidName == name } } }
    func series(uidNamed name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow? {
        state.withLock { $0.series.first { $0.uidName == name && $0.studyID == study } }
    }
    func instance(uidStem stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow? {
        state.withLock { $0.instances.first { $0.uidStem == stem && $0.seriesID == series } }
    }
    func modalities(after: Int64, limit: Int) throws(ArchiveError) -> [ModalityRow] { state.withLock { page($0.modalities, after, limit, \.id) } }
    func modality(id: Int64) throws(ArchiveError) -> ModalityRow? { state.withLock { $0.modalities.first { $0.id == id } } }
    func modality(named name: [UInt8]) throws(ArchiveError) -> ModalityRow? { state.withLock { $0.modalities.first { $0.name == name } } }
    func studies(ofModality modality: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [ModalityEntryRow] {
        state.withLock { state in
            page(state.studyModalities.filter { $0.modalityID == modality }, after, limit, \.id).compactMap { pair in
                state.studies.first { $0.id == pair.studyID }.map { ModalityEntryRow(place: pair, study: $0) }
            }
        }
    }
    func studyModality(id: Int64) throws(ArchiveError) -> StudyModalityRow? { state.withLock { $0.studyModalities.first { $0.id == id } } }
    func studyModality(of study: Int64, modality: Int64) throws(ArchiveError) -> StudyModalityRow? {
        state.withLock { $0.studyModalities.first { $0.studyID == study && $0.modalityID == modality } }
    }
    func series(ofStudyModality pair: Int64, after: Int64, limit: Int) throws(ArchiveError) -> [SeriesRow] {
        state.withLock { page($0.series.filter { $0.modalityStudyID == pair }, after, limit, \.id) }
    }
    func viewFolder(id: Int64) throws(ArchiveError) -> ViewFolderRow? {
        state.withLock { state in
            let studies = state.studies.filter { id == ViewFolderRow.noAccession ? $0.accessionName == nil : $0.day == id }
            return studies.map(\.modifiedNs).max().map { ViewFolderRow(id: id, modifiedNs: $0) }
        }
    }
    func viewFolders(after: Int64, below end: Int64, limit: Int) throws(ArchiveError) -> [ViewFolderRow] {
        let days = state.withLock { Set($0.studies.map(\.day)).filter { $0 > after && $0 < end }.sorted().prefix(limit) }
        var rows: [ViewFolderRow] = []
        for day in days { rows += try viewFolder(id: day).map { [$0] } ?? [] }
        return rows
    }

    func changedSeries(since time: Int64, limit: Int) throws(ArchiveError) -> [Int64] {
        state.withLock { Array($0.series.filter { $0.modifiedNs >= time }.map(\.id).prefix(limit)) }
    }

    func find(_ query: SearchQuery, _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void) throws(ArchiveError) {
        for (rows, modality) in state.withLock({ $0.attributes }) {
            let attributes = SeriesAttributes(rows, modalities: [modality])
            if query.matches(attributes) { try emit(attributes) }
        }
    }

    func attributes(of entity: ArchiveEntity) throws(ArchiveError) -> [IndexedAttribute]? {
        state.withLock { state in
            switch entity {
            case .patient(let id): state.attributes(ofPatient: id)
            case .study(let id): state.attributes(ofStudy: id)
            case .series(let id): state.attributes(ofSeries: id)
            case .instance(let id): state.attributes(ofInstance: id)
            }
        }
    }

    func located(_ instances: [Int64]) throws(ArchiveError) -> [LocatedInstance?] {
        var found: [LocatedInstance?] = []
        for id in instances { found.append(try instance(id: id).map { LocatedInstance(row: $0, sources: []) }) }
        return found
    }

    func openSource(of located: LocatedInstance, strict: SourceStrictness) throws(ArchiveError) -> SourceFile {
        let instance = located.row.id
        let bytes = state.withLock { state in
            state.openings += 1
            return state.sources[instance]
        }
        guard let bytes else { throw ArchiveError(.sourceUnavailable, "source cannot be opened", errno: ENOENT) }
        let path = state.withLock { state in
            let path = state.files[bytes] ?? Self.makeFile(bytes)
            state.files[bytes] = path
            return path
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard let status = FileStatus(descriptor: descriptor) else { throw ArchiveError(.system, "no file", errno: errno) }
        return SourceFile(descriptor: descriptor, identity: status.identity)
    }

    private static func makeFile(_ bytes: [UInt8]) -> String {
        var template = Array("/tmp/dcmfs-source-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func problemReasons() throws(ArchiveError) -> [ProblemReason] { state.withLock { $0.reasons } }
    func problemFile(named name: [UInt8]) throws(ArchiveError) -> [UInt8]? { state.withLock { $0.problems[name] } }
    func newestChange() throws(ArchiveError) -> Int64 { state.withLock { $0.patients.map(\.modifiedNs).max() ?? 0 } }
    func totals() throws(ArchiveError) -> ArchiveTotals {
        var counts = ArchiveTotals()
        state.withLock { state in
            counts.patients = state.patients.count
            counts.studies = state.studies.count
            counts.series = state.series.count
            counts.instances = state.instances.count
        }
        return counts
    }
    func changeCounter() throws(ArchiveError) -> Int64 {
        state.withLock { state in
            if state.isRestless { state.counter += 1 }
            return state.counter
        }
    }
}

extension MemorySource {
    /// Two patients; a CT series of `instances` slices, an object without pixels, a cine of 12 and one of 2,500 frames, a
    /// header text of another version, and one problem file.
    static func sample(instances: Int = 5) -> MemorySource {
        let source = MemorySource()
        source.change { state in
            state.patients = [
                PatientRow(id: 1, name: bytes("P1"), viewName: bytes("Doe^Jane"), modifiedNs: 5_000),
                PatientRow(id: 2, name: bytes("Grüße"), viewName: bytes("_NONAME Grüße"), modifiedNs: 9_000),
            ]
            state.studies = [
                StudyRow(
                    id: 1, patientID: 1, name: bytes("2020-01-02 Thorax"), viewName: bytes("2020-01-02 Thorax"), day: 20_200_102,
                    accessionName: bytes("A1"), uidName: bytes("1.2.3"), modifiedNs: 5_000),
                StudyRow(
                    id: 2, patientID: 2, name: bytes("study"), viewName: bytes("study ~abcdef"), day: 0, accessionName: nil,
                    uidName: bytes("noUID ~abcdef"), modifiedNs: 9_000),
            ]
            state.series = [
                SeriesRow(id: 1, studyID: 1, name: bytes("001 CT"), uidName: bytes("1.2.3.1"), modalityStudyID: 1, modifiedNs: 4_000),
                SeriesRow(id: 7, studyID: 1, name: bytes("002 XA"), uidName: bytes("1.2.3.7"), modalityStudyID: 2, modifiedNs: 5_000),
                SeriesRow(id: 9, studyID: 2, name: bytes("001 SR"), uidName: bytes("1.2.4.9"), modalityStudyID: 3, modifiedNs: 9_000),
            ]
            state.modalities = zip([1, 2, 3], ["CT", "XA", "SR"]).map { ModalityRow(id: $0, name: bytes($1), modifiedNs: 9_000) }
            state.studyModalities = [
                StudyModalityRow(id: 1, studyID: 1, modalityID: 1, modifiedNs: 4_000),
                StudyModalityRow(id: 2, studyID: 1, modalityID: 2, modifiedNs: 5_000),
                StudyModalityRow(id: 3, studyID: 2, modalityID: 3, modifiedNs: 9_000),
            ]
            let slice = PictureDescription(width: 16, height: 8, channels: 1)
            for number in 1...max(1, instances) {
                state.add(series: 1, stem: String(format5(number)), picture: slice)
            }
            state.add(series: 7, stem: "00001", picture: PictureDescription(width: 9, height: 9, channels: 3, frameCount: 12, representativeFrame: 5))
            state.add(series: 7, stem: "00002", picture: PictureDescription(width: 4, height: 4, channels: 1, frameCount: 2_500))
            state.add(series: 9, stem: "noNumber ~abcdef", picture: nil)
            state.add(series: 9, stem: "00002", picture: nil, textVersion: 0)
            state.add(series: 9, stem: "00003", picture: nil)
            if let video = state.instances.indices.last { state.instances[video].icon = PictureDescription(width: 64, height: 48, channels: 3) }
            state.reasons = [ProblemReason(name: bytes("truncated.txt"), changedNs: 77)]
            state.problems = [bytes("truncated.txt"): bytes("/a/b\ttruncated\n")]
        }
        return source
    }

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func format5(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

extension MemorySource.State {
    /// Of each series, as far as the rows tell.
    var attributes: [(SeriesAttributes.GivenRows, modality: [UInt8])] {
        series.sorted { $0.id < $1.id }.compactMap { row in
            guard let study = studies.first(where: { $0.id == row.studyID }), let patient = patients.first(where: { $0.id == study.patientID }),
                let pair = studyModalities.first(where: { $0.id == row.modalityStudyID })
            else { return nil }
            var person = PatientRecord()
            (person.id, person.name, person.patientID, person.personName) = (patient.id, patient.name, patient.name, patient.viewName)
            var record = StudyRecord()
            (record.id, record.patient, record.name, record.identity) = (study.id, patient.id, study.name, study.uidName)
            record.date = study.day == 0 ? [] : Array(String(study.day).utf8)
            var own = SeriesRecord()
            (own.id, own.study, own.name, own.identity) = (row.id, study.id, row.name, row.uidName)
            own.modifiedNs = row.modifiedNs
            own.modality = modalities.first { $0.id == pair.modalityID }?.name ?? []
            return (SeriesAttributes.GivenRows(person, record, own), own.modality)
        }
    }

    func attributes(ofPatient id: Int64) -> [IndexedAttribute]? {
        patients.first { $0.id == id }.map { [IndexedAttribute(keyword: "PatientID", value: $0.name)] }
    }

    func attributes(ofStudy id: Int64) -> [IndexedAttribute]? {
        guard let study = studies.first(where: { $0.id == id }), let above = attributes(ofPatient: study.patientID) else { return nil }
        return above + [IndexedAttribute(keyword: "StudyInstanceUID", value: study.uidName)]
    }

    func attributes(ofSeries id: Int64) -> [IndexedAttribute]? {
        guard let row = series.first(where: { $0.id == id }), let above = attributes(ofStudy: row.studyID) else { return nil }
        return above + [IndexedAttribute(keyword: "SeriesInstanceUID", value: row.uidName)]
    }

    func attributes(ofInstance id: Int64) -> [IndexedAttribute]? {
        guard let row = instances.first(where: { $0.id == id }), let above = attributes(ofSeries: row.seriesID) else { return nil }
        return above + [IndexedAttribute(keyword: "SOPInstanceUID", value: row.uidStem)]
    }

    mutating func add(series: Int64, stem: String, picture: PictureDescription?, textVersion: Int = HeaderText.formatVersion) {
        let id = Int64(instances.count + 1)
        let content = Array("DICM \(id) \(stem)".utf8)
        sources[id] = content
        let frames = instances.reduce(Int64(0)) { $0 + ($1.framesIno == nil ? 0 : Int64($1.picture?.frameCount ?? 0)) }
        instances.append(
            InstanceRow(
                id: id, seriesID: series, stem: Array(stem.utf8), uidStem: Array("1.2.3.4.\(id)".utf8), size: Int64(content.count),
                mtimeNs: 1_000_000 + id, contentChangedNs: 0,
                headerTextLength: HeaderText.Format(rawValue: textVersion).map { 20 + $0.rawValue + content.count } ?? 3,
                headerTextVersion: textVersion,
                pictureState: picture == nil ? .none : .available, picture: picture,
                framesIno: (picture?.frameCount ?? 1) > 1 ? frames : nil))
    }
}

/// Makes bytes that depend on what is asked for, in the promised sizes; counts, and fails when told to.
final class TestProducer: Producer {
    struct State {
        var productions = 0
        /// Of each request for several texts.
        var batches: [Int] = []
        var failure: ProductionError?
        /// Whether sources are written to while they are read.
        var writesSources = false
        var sizeError = 0
        /// Microseconds a production takes.
        var delay: UInt32 = 0
        /// Microseconds a picture is said to have cost.
        var cost: UInt64 = 5_000
    }
    let state = Mutex(State())

    var productions: Int { state.withLock { $0.productions } }

    func headerText(_ descriptor: CInt, _ format: HeaderText.Format, length: Int?) throws(ProductionError) -> [UInt8] {
        let sizeError = try begin()
        if state.withLock({ $0.writesSources }) { futimens(descriptor, [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]) }
        var status = stat()
        fstat(descriptor, &status)
        return Array(repeating: UInt8(ascii: "t"), count: 20 + format.rawValue + Int(status.st_size) + sizeError)
    }

    func headerTexts(_ orders: [HeaderTextOrder]) -> [[UInt8]?] {
        state.withLock { $0.batches.append(orders.count) }
        // As the protocol says: nothing for those that fail, until they are asked for alone.
        return orders.map { try? headerText($0.descriptor, $0.format, length: $0.length) }
    }

    func picture(_ descriptor: CInt, _ order: PictureOrder) throws(ProductionError) -> ProducedPicture {
        let sizeError = try begin()
        let seed = order.frame &+ (order.kind == .png ? 1 : 2) &+ (order.settings.overlays ? 0 : 3)
        let bytes = (0..<order.expectedSize + sizeError).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ seed) }
        return ProducedPicture(bytes: bytes, cost: state.withLock { $0.cost })
    }

    private func begin() throws(ProductionError) -> Int {
        let now = state.withLock { state in
            state.productions += 1
            return state
        }
        usleep(now.delay)
        if let failure = now.failure { throw failure }
        return now.sizeError
    }
}

extension MemorySource {
    /// In two parts, as a large archive answers.
    func find<Part: Sendable>(
        _ query: SearchQuery, startingWith empty: Part,
        _ add: @Sendable (inout Part, borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> [Part] {
        var parts = [empty, empty]
        var count = 0
        try find(query) { series throws(ArchiveError) in
            try add(&parts[count == 0 ? 0 : 1], series)
            count += 1
        }
        return parts
    }
}
