import DICOM

/// A large archive without files, for tests and `dcmfs-bench`: its rows are written straight into the database, with
/// everything that an index run writes for every view.
package struct SyntheticArchive {
    package var patients = 40
    package var studiesPerPatient = 2
    package var seriesPerStudy = 3
    package var instancesPerSeries = 4
    /// Instances of one more series, of a patient of its own; 0 for none.
    package var wideInstances = 0
    /// Whether the instances have sources (which exist nowhere) and pictures.
    package var isComplete = false

    package init() {}

    /// As a hospital's: 100 instances a patient, and one series whose directory lists 20,000 files.
    package init(instances: Int) {
        wideInstances = 5_000
        patients = max(1, (instances - wideInstances) / 100)
        seriesPerStudy = 2
        instancesPerSeries = 25
        isComplete = true
    }

    /// Writes the rows into a new archive.
    package func write(to path: [UInt8]) throws(ArchiveError) {
        let archive = try Archive.open(path: path, mode: .create)
        defer { archive.close() }
        let writer = try SyntheticWriter(archive, isComplete: isComplete)
        try writer.prepare()
        for patient in 0..<patients {
            for study in 0..<studiesPerPatient {
                for series in 0..<seriesPerStudy { try writer.addSeries(patient, study, series, instances: instancesPerSeries) }
            }
        }
        if wideInstances > 0 { try writer.addSeries(patients, 0, 0, instances: wideInstances) }
        try writer.finish()
    }
}

/// Writes the rows of a synthetic archive in large transactions.
private final class SyntheticWriter {
    private let writer: IngestWriter
    private let isComplete: Bool
    private var root: Int64 = 0
    private var instance = 0
    /// Its keys are hashes: built in one sort at the end, not by ten million insertions in random places.
    private static let late = "instances_sop"

    init(_ archive: Archive, isComplete: Bool) throws(ArchiveError) {
        var options = IndexOptions()
        options.filesPerTransaction = 100_000
        options.nanosecondsPerTransaction = .max
        writer = try IngestWriter(archive, options: options)
        self.isComplete = isComplete
    }

    func prepare() throws(ArchiveError) {
        try writer.connection.execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-524288; DROP INDEX \(Self.late)")
        try writer.begin()
        guard isComplete else { return }
        root = try Roots(writer.archive, writer.connection).insert(Array("/synthetic".utf8), device: 1, id: writer.ids.next(.roots)).id
    }

    func finish() throws(ArchiveError) {
        try writer.commit()
        for statement in Schema.statements where statement.contains("INDEX \(Self.late) ") { try writer.connection.execute(statement) }
    }

    func addSeries(_ patient: Int, _ study: Int, _ series: Int, instances: Int) throws(ArchiveError) {
        try writer.begin()
        let row = try writer.series(for: Self.summary(patient, study, series), digest: [])
        let directory = isComplete ? try addDirectory("P\(1_000_000 + patient)/\(study)/\(series)") : 0
        for number in 0..<instances {
            instance += 1
            try addInstance(number, series: row, directory: directory)
            writer.fileDone()
        }
        writer.touchedSeries.insert(row)
        try writer.commitIfDue()
    }

    private func addDirectory(_ path: String) throws(ArchiveError) -> Int64 {
        var record = DirectoryRecord()
        record.id = writer.ids.next(.directories)
        (record.root, record.path, record.device) = (root, Array(path.utf8), 1)
        try writer.write(record, with: .insertDirectory)
        return record.id
    }

    private func addInstance(_ number: Int, series: Int64, directory: Int64) throws(ArchiveError) {
        var record = InstanceRecord()
        record.id = writer.ids.next(.instances)
        record.series = series
        record.stem = Array(String(100_001 + number).suffix(5).utf8)
        record.sopUID = Array("1.2.826.0.1.3680043.10.1.\(instance)".utf8)
        record.sopKey = writer.hash.key(record.sopUID)
        (record.size, record.mtimeNs, record.textLength, record.textVersion) = (1_000, 1, 100, DescriptionVersion.current)
        if isComplete {
            record.size = Int64(400_000 + instance % 200_000)
            record.mtimeNs = 1_700_000_000_000_000_000 + Int64(instance)
            record.textLength = 4_321
            record.pictureState = .available
            record.picture = PictureDescription(width: 512, height: 512, channels: 1)
        }
        guard try writer.insert(record) else { throw ArchiveError(.database, "a synthetic instance has no name") }
        if isComplete { try addSource(of: record, number, directory) }
    }

    private func addSource(of record: InstanceRecord, _ number: Int, _ directory: Int64) throws(ArchiveError) {
        var source = SourceRecord()
        source.directory = directory
        source.name = Array("IM\(String(100_001 + number).suffix(5))".utf8)
        source.identity = FileIdentity(size: record.size, mtimeNs: record.mtimeNs, ctimeNs: record.mtimeNs, inode: UInt64(record.id))
        source.instance = record.id
        try writer.write(source, isNew: true)
    }

    private static func summary(_ patient: Int, _ study: Int, _ series: Int) -> InstanceSummary {
        let surnames = ["Doe", "Smith", "Müller", "García", "Yamada"]
        let parts = ["Thorax", "Head", "Abdomen", "Knee", "Spine", "Pelvis"]
        var summary = InstanceSummary()
        summary.patientID = Array("P\(1_000_000 + patient)".utf8)
        summary.patientName = Array("\(surnames[patient % surnames.count])^N\(patient)".utf8)
        summary.patientBirthDate = Array("19\(50 + patient % 50)0101".utf8)
        summary.patientSex = Array((patient % 2 == 0 ? "F" : "M").utf8)
        summary.studyInstanceUID = Array("1.2.3.\(patient).\(study)".utf8)
        let day = (patient * 7 + study * 31) % 3_650
        summary.studyDate = Array("\(2015 + day / 365)\(String(101 + day / 31 % 12).suffix(2))\(String(101 + day % 28).suffix(2))".utf8)
        summary.studyDescription = Array("\(parts[(patient + study) % parts.count]) routine".utf8)
        summary.accessionNumber = study % 3 == 2 ? [] : Array("A\(patient * 10 + study)".utf8)
        summary.seriesInstanceUID = Array("1.2.3.\(patient).\(study).\(series)".utf8)
        summary.seriesNumber = Array("\(series + 1)".utf8)
        summary.modality = Array(["CT", "MR", "CR", "SR", "US"][(patient + series) % 5].utf8)
        summary.seriesDescription = Array("Series of \(parts[series % parts.count])".utf8)
        summary.bodyPartExamined = Array(parts[(patient + study) % parts.count].uppercased().utf8)
        summary.manufacturer = Array("ACME".utf8)
        summary.sopClassUID = Array("1.2.840.10008.5.1.4.1.1.2".utf8)
        return summary
    }
}
