import DICOM
import Foundation
import TestSupport

@testable import DICOMArchive

/// A temporary folder with an archive and a folder of sources, removed at the end.
final class ArchiveFixture {
    let folder: String
    let sources: String
    /// For archives that belong to somebody else on purpose.
    var isTrusted = false
    var database: String { folder + "/archive.db" }

    /// - Parameter apart: sources in a folder of their own, as of a disk; else they lie below the archive's folder and move with it.
    init(apart: Bool = false) throws {
        var template = Array((NSTemporaryDirectory() + "/dcmfs-archive-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil, let real = realpath(&template, nil) else { throw CocoaError(.fileWriteUnknown) }
        folder = String(cString: real)
        free(real)
        sources = apart ? folder + "-sources" : folder + "/sources"
        try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
    }

    deinit {
        chmod(folder, 0o700)
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: sources)
    }

    func path(_ relative: String) -> String { sources + "/" + relative }

    func write(_ relative: String, _ bytes: [UInt8]) throws {
        let path = path(relative)
        try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func remove(_ relative: String) throws { try FileManager.default.removeItem(atPath: path(relative)) }

    func move(_ from: String, _ to: String) throws {
        try FileManager.default.createDirectory(atPath: (path(to) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: path(from), toPath: path(to))
    }

    @discardableResult
    func index(
        _ paths: [String]? = nil, names: NamingRule = .plain, parser: any HeaderParser = InProcessParser(), _ configure: (inout IndexOptions) -> Void = { _ in }
    ) throws -> IndexReport {
        var options = IndexOptions()
        // What these tests write is younger than two seconds, always; those about that say so.
        options.youth = 0
        configure(&options)
        let archive = try Archive.open(path: Array(database.utf8), mode: .create, isTrusted: isTrusted, names: names)
        defer { archive.close() }
        return try Indexer.index((paths ?? [sources]).map { Array($0.utf8) }, into: archive, parser: parser, options: options)
    }

    func open(_ mode: Archive.Mode = .readOnly) throws -> Archive { try Archive.open(path: Array(database.utf8), mode: mode, isTrusted: isTrusted) }

    func dump() throws -> [String] {
        let archive = try open()
        defer { archive.close() }
        var lines: [String] = []
        try archive.logicalDump { lines.append($0) }
        return lines
    }

    /// Paths `<patient>/<study>/<series>/<stem>` of everything shown, sorted.
    func tree() throws -> [String] {
        let archive = try open()
        defer { archive.close() }
        var paths: [String] = []
        for patient in try archive.patients(limit: 100_000) {
            for study in try archive.studies(of: patient.id, limit: 100_000) {
                for series in try archive.series(of: study.id, limit: 100_000) {
                    for instance in try archive.instances(of: series.id, limit: 100_000) {
                        paths.append(
                            [patient.name, study.name, series.name, instance.stem].map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
                    }
                }
            }
        }
        return paths.sorted()
    }

    /// Everything shown, with its row.
    func instances() throws -> [InstanceRow] {
        let archive = try open()
        defer { archive.close() }
        var rows: [InstanceRow] = []
        var id: Int64 = 1
        // Ids are small in tests.
        while id < 5000 {
            if let row = try archive.instance(id: id) { rows.append(row) }
            id += 1
        }
        return rows
    }

    func problems() throws -> [ProblemEntry] {
        let archive = try open()
        defer { archive.close() }
        return try archive.problems()
    }
}

/// A small DICOM file.
func dicom(
    id: String = "P1", name: String = "Doe^Jane", birth: String = "19700101", issuer: String = "", study: String = "1.2.3", date: String = "20240131",
    description: String = "Head", accession: String = "", series: String = "1.2.3.1", seriesNumber: String = "1", modality: String = "CT",
    seriesDescription: String = "Axial", instance: String, number: String = "1", payload: String = "",
    institution: String = "", manufacturer: String = "", position: String = "", acquisition: String = "", time: String = ""
) -> [UInt8] {
    var file = DICOMWriter()
    file.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
    if !instance.isEmpty { file.element(.sopInstanceUID, .UI, instance) }
    file.element(.studyDate, .DA, date)
    if !time.isEmpty { file.element(Tag(0x0008, 0x0032), .TM, time) }
    if !accession.isEmpty { file.element(.accessionNumber, .SH, accession) }
    file.element(.modality, .CS, modality)
    if !manufacturer.isEmpty { file.element(Tag(0x0008, 0x0070), .LO, manufacturer) }
    if !institution.isEmpty { file.element(Tag(0x0008, 0x0080), .LO, institution) }
    file.element(Tag(0x0008, 0x1030), .LO, description)
    file.element(Tag(0x0008, 0x103E), .LO, seriesDescription)
    file.element(.patientName, .PN, name)
    file.element(.patientID, .LO, id)
    if !issuer.isEmpty { file.element(Tag(0x0010, 0x0021), .LO, issuer) }
    file.element(Tag(0x0010, 0x0030), .DA, birth)
    if !payload.isEmpty { file.element(Tag(0x0010, 0x4000), .LT, payload) }
    if !study.isEmpty { file.element(.studyInstanceUID, .UI, study) }
    if !series.isEmpty { file.element(.seriesInstanceUID, .UI, series) }
    file.element(.seriesNumber, .IS, seriesNumber)
    if !acquisition.isEmpty { file.element(Tag(0x0020, 0x0012), .IS, acquisition) }
    if !number.isEmpty { file.element(.instanceNumber, .IS, number) }
    if !position.isEmpty {
        file.element(Tag(0x0020, 0x0032), .DS, position)
        file.element(Tag(0x0020, 0x0037), .DS, #"1\0\0\0\1\0"#)
    }
    return file.part10("1.2.840.10008.1.2.1", instance: instance)
}
