/// What the index knows of a series and of what it belongs to.
package struct SeriesAttributes: Sendable {
    /// Rows are large, and one study's series share them.
    final class Shared<Value: Sendable>: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    let patient: Shared<PatientRecord>
    let study: Shared<StudyRecord>
    let record: Shared<SeriesRecord>
    let sopClass: [UInt8]
    /// Of the study, in the order in which they came; filled in where a query or a view asks for them.
    let modalities: [[UInt8]]

    package var id: Int64 { record.value.id }
    package var modifiedNs: Int64 { record.value.modifiedNs }
    package var series: SeriesRow { record.value.row }
    package var patientFolder: [UInt8] { patient.value.name }
    package var studyFolder: [UInt8] { study.value.name }

    /// Empty where the attribute is; several values joined by `\`; dates as YYYYMMDD.
    package func value(_ keyword: SearchKeyword) -> [UInt8] {
        switch keyword {
        case .modalitiesInStudy: return Array(modalities.joined(separator: [UInt8(ascii: "\\")]))
        case .sopClassUID: return sopClass
        default: break
        }
        return switch keyword.level {
        case .patient: keyword.value(of: patient.value)
        case .study: keyword.value(of: study.value)
        case .series: keyword.value(of: record.value)
        }
    }

    /// `<patient> <study> <series>`: what the series is called where series of several patients stand in one folder.
    package var longName: [UInt8] {
        let space = [UInt8(ascii: " ")]
        return FileName.complete(patient.value.name + space + study.value.name + space + record.value.name)
    }

    /// What a suffix of the series' name is made of.
    package var identity: [UInt8] {
        UniqueName.identity("series", patient.value.name, study.value.identity, record.value.identity)
    }
}
