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

    /// Whoever types `mr` means MR. UIDs have no case.
    package var ignoresCase: Bool {
        switch self {
        case .studyInstanceUID, .seriesInstanceUID, .sopClassUID: false
        case .patientID, .issuerOfPatientID, .patientName, .patientBirthDate, .patientSex, .studyDate, .studyID, .studyDescription, .accessionNumber,
            .modalitiesInStudy, .seriesNumber, .seriesDescription, .modality, .bodyPartExamined, .manufacturer, .manufacturerModelName,
            .protocolName, .institutionName:
            true
        }
    }

    /// Whether a comma is part of what people write there; elsewhere it stands between the values of a list.
    var isFreeText: Bool {
        switch self {
        case .patientName, .studyDescription, .seriesDescription, .manufacturer, .manufacturerModelName, .protocolName, .institutionName: true
        case .patientID, .issuerOfPatientID, .patientBirthDate, .patientSex, .studyInstanceUID, .studyDate, .studyID, .accessionNumber,
            .modalitiesInStudy, .seriesInstanceUID, .seriesNumber, .modality, .bodyPartExamined, .sopClassUID:
            false
        }
    }
}

extension SearchKeyword {
    func value(of patient: PatientRecord) -> [UInt8] {
        let column: [UInt8] =
            switch self {
            case .patientID: patient.patientID
            case .issuerOfPatientID: patient.issuer
            case .patientName: patient.personName
            case .patientBirthDate: patient.birthDate
            case .patientSex: patient.sex
            default: []
            }
        return value(ofColumn: column)
    }

    /// Not `ModalitiesInStudy`, which is in other rows.
    func value(of study: StudyRecord) -> [UInt8] {
        let column: [UInt8] =
            switch self {
            case .studyInstanceUID: study.identity
            case .studyDate: study.date
            case .studyID: study.studyID
            case .studyDescription: study.description
            case .accessionNumber: study.accession
            default: []
            }
        return value(ofColumn: column)
    }

    /// Not `SOPClassUID`, of which the row has only the number.
    func value(of series: SeriesRecord) -> [UInt8] {
        let column: [UInt8] =
            switch self {
            case .seriesInstanceUID: series.identity
            case .seriesNumber: series.number
            case .seriesDescription: series.description
            case .modality: series.modality
            case .bodyPartExamined: series.bodyPart
            case .manufacturer: series.manufacturer
            case .manufacturerModelName: series.model
            case .protocolName: series.protocolName
            case .institutionName: series.institution
            default: []
            }
        return value(ofColumn: column)
    }

    /// Its column in the table of its level. For `SOPClassUID` that has a number only; `ModalitiesInStudy` is in other rows.
    var column: String? {
        switch self {
        case .patientID: "patient_id"
        case .issuerOfPatientID: "issuer"
        case .patientName: "person_name"
        case .patientBirthDate: "birth_date"
        case .patientSex: "sex"
        case .studyDate: "date"
        case .studyID: "study_id"
        case .accessionNumber: "accession"
        case .studyInstanceUID, .seriesInstanceUID: "identity"
        case .seriesNumber: "number"
        case .modality: "modality"
        case .studyDescription, .seriesDescription: "description"
        case .bodyPartExamined: "body_part"
        case .manufacturer: "manufacturer"
        case .manufacturerModelName: "model"
        case .protocolName: "protocol"
        case .institutionName: "institution"
        case .sopClassUID: "sop_class"
        case .modalitiesInStudy: nil
        }
    }

    /// The place of that column in `ReadSQL.patient`, `study` and `series`.
    var place: Int32 {
        switch self {
        case .issuerOfPatientID: 5
        case .patientID: 6
        case .patientName: 7
        case .patientBirthDate: 8
        case .patientSex: 9
        case .studyInstanceUID, .seriesInstanceUID: 5
        case .studyDate, .seriesNumber: 6
        case .modality: 7
        case .studyID, .seriesDescription: 8
        case .studyDescription: 9
        case .accessionNumber: 10
        case .bodyPartExamined: 13
        case .manufacturer: 14
        case .manufacturerModelName: 15
        case .protocolName: 16
        case .institutionName: 17
        case .sopClassUID: 18
        case .modalitiesInStudy: -1
        }
    }

    /// The value that a column stands for.
    func value(ofColumn bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .studyDate, .patientBirthDate: Self.date(bytes)
        case .studyInstanceUID, .seriesInstanceUID: bytes.first == 0 ? [] : bytes
        case .seriesNumber: EntityNames.number(bytes) ?? bytes
        default: bytes
        }
    }

    /// YYYYMMDD; what is no date stays as it is.
    static func date(_ value: [UInt8]) -> [UInt8] {
        EntityNames.isoDate(value).map { $0.filter { $0 != UInt8(ascii: "-") } } ?? FileName.trimmed(value)
    }
}
