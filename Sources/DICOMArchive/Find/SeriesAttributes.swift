/// What the index knows of a series and of what it belongs to. It is lent while a search runs, not kept: its rows are where
/// SQLite has them.
package struct SeriesAttributes: ~Copyable {
    private enum Rows {
        case found(FoundRows)
        case given(GivenRows)
    }
    /// For tests of what uses it.
    final class GivenRows: Sendable {
        let patient: PatientRecord
        let study: StudyRecord
        let series: SeriesRecord

        init(_ patient: PatientRecord, _ study: StudyRecord, _ series: SeriesRecord) {
            (self.patient, self.study, self.series) = (patient, study, series)
        }
    }
    private let rows: Rows
    private let sopClass: [UInt8]
    /// Of the study, in the order in which they came; filled in where the query asks for them.
    let modalities: [[UInt8]]

    init(_ found: FoundRows) {
        rows = .found(found)
        sopClass = found.sopClass
        modalities = found.modalities
    }

    init(_ given: GivenRows, modalities: [[UInt8]]) {
        rows = .given(given)
        sopClass = []
        self.modalities = modalities
    }

    package var id: Int64 {
        switch rows {
        case .found(let found): found.series.statement.int(0)
        case .given(let given): given.series.id
        }
    }

    package var modifiedNs: Int64 {
        switch rows {
        case .found(let found): found.series.statement.int(SeriesRecord.modifiedColumn)
        case .given(let given): given.series.modifiedNs
        }
    }

    /// Names of the folders in `/patients`.
    package var patientFolder: [UInt8] {
        switch rows {
        case .found(let found): found.patient.statement.bytes(PatientRecord.nameColumn)
        case .given(let given): given.patient.name
        }
    }

    package var studyFolder: [UInt8] {
        switch rows {
        case .found(let found): found.study.statement.bytes(StudyRecord.nameColumn)
        case .given(let given): given.study.name
        }
    }

    package var folder: [UInt8] {
        switch rows {
        case .found(let found): found.series.statement.bytes(SeriesRecord.nameColumn)
        case .given(let given): given.series.name
        }
    }

    /// Empty where the attribute is; several values joined by `\`; dates as YYYYMMDD.
    package func value(_ keyword: SearchKeyword) -> [UInt8] {
        switch keyword {
        case .modalitiesInStudy: return Array(modalities.joined(separator: [UInt8(ascii: "\\")]))
        case .sopClassUID: return sopClass
        default: break
        }
        switch rows {
        case .given(let given):
            return switch keyword.level {
            case .patient: keyword.value(of: given.patient)
            case .study: keyword.value(of: given.study)
            case .series: keyword.value(of: given.series)
            }
        case .found(let found):
            let row =
                switch keyword.level {
                case .patient: found.patient.statement
                case .study: found.study.statement
                case .series: found.series.statement
                }
            return keyword.value(ofColumn: row.bytes(keyword.place))
        }
    }

    /// `<patient> <study> <series>`: what the series is called where series of several patients stand in one folder.
    package var longName: [UInt8] {
        switch rows {
        case .found(let found):
            var name: [UInt8] = []
            found.series.statement.withBytes(SeriesRecord.nameColumn) {
                name.reserveCapacity(found.folders.count + $0.count)
                name += found.folders
                name += $0
            }
            return FileName.complete(name)
        case .given:
            let space = [UInt8(ascii: " ")]
            return FileName.complete(patientFolder + space + studyFolder + space + folder)
        }
    }

    /// What a suffix of the series' name is made of.
    package var identity: [UInt8] {
        var bytes: [UInt8] = []
        addIdentity(to: &bytes)
        return bytes
    }

    package func addIdentity(to bytes: inout [UInt8]) {
        UniqueName.begin("series", &bytes)
        switch rows {
        case .found(let found):
            found.patient.statement.withBytes(PatientRecord.nameColumn) { UniqueName.add($0, to: &bytes) }
            found.study.statement.withBytes(StudyRecord.identityColumn) { UniqueName.add($0, to: &bytes) }
            found.series.statement.withBytes(SeriesRecord.identityColumn) { UniqueName.add($0, to: &bytes) }
        case .given(let given):
            for field in [given.patient.name, given.study.identity, given.series.identity] { field.withUnsafeBytes { UniqueName.add($0, to: &bytes) } }
        }
    }
}
