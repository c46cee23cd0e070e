/// The attributes that queries and user views name: of patient, study and series, as the index keeps them (those of the
/// first instance that was indexed).
package enum SearchKeyword: String, CaseIterable, Sendable {
    case patientID = "PatientID"
    case issuerOfPatientID = "IssuerOfPatientID"
    case patientName = "PatientName"
    case patientBirthDate = "PatientBirthDate"
    case patientSex = "PatientSex"
    case studyInstanceUID = "StudyInstanceUID"
    case studyDate = "StudyDate"
    case studyID = "StudyID"
    case studyDescription = "StudyDescription"
    case accessionNumber = "AccessionNumber"
    case modalitiesInStudy = "ModalitiesInStudy"
    case seriesInstanceUID = "SeriesInstanceUID"
    case seriesNumber = "SeriesNumber"
    case seriesDescription = "SeriesDescription"
    case modality = "Modality"
    case bodyPartExamined = "BodyPartExamined"
    case manufacturer = "Manufacturer"
    case manufacturerModelName = "ManufacturerModelName"
    case protocolName = "ProtocolName"
    case institutionName = "InstitutionName"
    case sopClassUID = "SOPClassUID"

    package enum Level: Sendable { case patient, study, series }

    package var level: Level {
        switch self {
        case .patientID, .issuerOfPatientID, .patientName, .patientBirthDate, .patientSex: .patient
        case .studyInstanceUID, .studyDate, .studyID, .studyDescription, .accessionNumber, .modalitiesInStudy: .study
        default: .series
        }
    }

    package var isDate: Bool { self == .studyDate || self == .patientBirthDate }

    /// Names and descriptions are for people; codes, numbers and UIDs are compared as they are (PS3.4 section C.2.2.2.1).
    package var ignoresCase: Bool {
        switch self {
        case .patientName, .studyDescription, .seriesDescription, .manufacturer, .manufacturerModelName, .protocolName, .institutionName: true
        default: false
        }
    }
}

extension SearchKeyword {
    func value(of patient: PatientRecord) -> [UInt8] {
        switch self {
        case .patientID: patient.patientID
        case .issuerOfPatientID: patient.issuer
        case .patientName: patient.personName
        case .patientBirthDate: Self.date(patient.birthDate)
        case .patientSex: patient.sex
        default: []
        }
    }

    /// Not `ModalitiesInStudy`, which is in other rows.
    func value(of study: StudyRecord) -> [UInt8] {
        switch self {
        case .studyInstanceUID: study.identity.first == 0 ? [] : study.identity
        case .studyDate: Self.date(study.date)
        case .studyID: study.studyID
        case .studyDescription: study.description
        case .accessionNumber: study.accession
        default: []
        }
    }

    /// Not `SOPClassUID`, of which the row has only the number.
    func value(of series: SeriesRecord) -> [UInt8] {
        switch self {
        case .seriesInstanceUID: series.identity.first == 0 ? [] : series.identity
        case .seriesNumber: EntityNames.number(series.number) ?? series.number
        case .seriesDescription: series.description
        case .modality: series.modality
        case .bodyPartExamined: series.bodyPart
        case .manufacturer: series.manufacturer
        case .manufacturerModelName: series.model
        case .protocolName: series.protocolName
        case .institutionName: series.institution
        default: []
        }
    }

    /// YYYYMMDD; what is no date stays as it is.
    static func date(_ value: [UInt8]) -> [UInt8] {
        EntityNames.isoDate(value).map { $0.filter { $0 != UInt8(ascii: "-") } } ?? FileName.trimmed(value)
    }
}
