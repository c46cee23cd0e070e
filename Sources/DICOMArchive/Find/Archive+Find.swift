extension Archive {
    /// Hands out every series that a query matches, in no particular order. Narrowed down by an index where a term allows
    /// it; every other row of the level is looked at.
    package func find(_ query: SearchQuery, _ emit: (SeriesAttributes) -> Void) throws(ArchiveError) {
        try withoutActuallyEscaping(emit) { emit throws(ArchiveError) in
            try pool.read { connection throws(ArchiveError) in
                // One transaction: all of it as of one moment, and no lock taken anew for each row.
                try connection.transaction { () throws(ArchiveError) in try Finder(connection: connection, query: query, emit: emit).run() }
            }
        }
    }
}

/// One run of a query, from the rows that an index finds down to series.
private final class Finder {
    private struct Above {
        let patient: SeriesAttributes.Shared<PatientRecord>
        let study: SeriesAttributes.Shared<StudyRecord>
        let modalities: [[UInt8]]
    }
    private let connection: Connection
    private let query: SearchQuery
    private let emit: (SeriesAttributes) -> Void
    private let patientTerms: [SearchQuery.Term]
    private let studyTerms: [SearchQuery.Term]
    private let modalityTerms: [SearchQuery.Term]
    private let seriesTerms: [SearchQuery.Term]
    private var lastPatient: (row: SeriesAttributes.Shared<PatientRecord>, matches: Bool)?
    private var lastStudy: (id: Int64, above: Above?)?
    private var sopClasses: [Int64: [UInt8]] = [:]
    private var modalityValues: [Int64: [UInt8]] = [:]
    private static let page = 500

    init(connection: Connection, query: SearchQuery, emit: @escaping (SeriesAttributes) -> Void) {
        self.connection = connection
        self.query = query
        self.emit = emit
        patientTerms = query.terms(.patient)
        studyTerms = query.terms(.study).filter { $0.keyword != .modalitiesInStudy }
        modalityTerms = query.terms.filter { $0.keyword == .modalitiesInStudy }
        seriesTerms = query.terms(.series)
    }

    private func pattern(_ keyword: SearchKeyword) -> SearchPattern? { query.terms.first { $0.keyword == keyword }?.pattern }

    func run() throws(ArchiveError) {
        if let uid = pattern(.seriesInstanceUID)?.exact, !uid.isEmpty {
            for row in try connection.rows(.seriesByIdentity, uid, { s throws(ArchiveError) in try SeriesRecord(s) }) { try visit(row) }
        } else if let uid = pattern(.studyInstanceUID)?.exact, !uid.isEmpty {
            for row in try connection.rows(.studiesByIdentity, uid, { s throws(ArchiveError) in try StudyRecord(s) }) { try visit(row) }
        } else if let prefix = pattern(.accessionNumber)?.plainPrefix, !prefix.isEmpty {
            try byPrefix(
                prefix, .studiesByAccessionRange, { s throws(ArchiveError) in try StudyRecord(s) }, \.accessionKey,
                { study throws(ArchiveError) in try visit(study) })
        } else if let prefix = pattern(.patientID)?.plainPrefix, !prefix.isEmpty {
            try byPrefix(
                prefix, .patientsByKeyRange, { s throws(ArchiveError) in try PatientRecord(s) }, \.nameKey,
                { patient throws(ArchiveError) in try visit(patient) })
        } else if let days = pattern(.studyDate)?.days {
            try byDay(days)
        } else {
            try scan()
        }
    }

    // MARK: - Where to begin

    /// Names that begin with an escape may begin with anything.
    private func byPrefix<Row>(
        _ prefix: [UInt8], _ query: ReadSQL, _ row: (SQLStatement) throws(ArchiveError) -> Row, _ key: KeyPath<Row, [UInt8]>,
        _ visit: (Row) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        for start in [prefix, [UInt8(ascii: "%")]] {
            guard let last = start.last else { continue }
            var from = start
            while true {
                let page = try connection.list(query, from, below: start.dropLast() + [last + 1], limit: Self.page, row)
                for row in page { try visit(row) }
                guard let end = page.last, page.count == Self.page else { break }
                from = end[keyPath: key] + [0]
            }
        }
    }

    private func byPrefix<Row>(
        _ prefix: [UInt8], _ query: ReadSQL, _ row: (SQLStatement) throws(ArchiveError) -> Row, _ key: KeyPath<Row, [UInt8]?>,
        _ visit: (Row) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        try byPrefix(prefix, query, row, key.appending(path: \.orEmpty), visit)
    }

    private func byDay(_ days: ClosedRange<Int>) throws(ArchiveError) {
        var last = Int64(days.lowerBound) - 1
        while true {
            let page = try connection.list(.viewFolders, last, Self.page, in: Int64(days.upperBound) + 1) { s throws(ArchiveError) in
                try ViewFolderRecord(s)
            }
            for day in page {
                try pages { after throws(ArchiveError) in
                    try connection.list(.studiesOfDayAfter, after, Self.page, in: day.id) { s throws(ArchiveError) in try StudyRecord(s) }
                } each: { study throws(ArchiveError) in
                    try visit(study)
                }
            }
            guard let end = page.last, page.count == Self.page else { return }
            last = end.id
        }
    }

    /// The smallest table that a term looks at, one column of it; modalities are few, and lead to their series.
    private func scan() throws(ArchiveError) {
        if let term = patientTerms.first, let column = term.keyword.column {
            for id in try connection.ids(of: "patients", where: column, term) {
                if let row = try connection.one(.patientByID, id, { s throws(ArchiveError) in try PatientRecord(s) }) { try visit(row) }
            }
        } else if let term = studyTerms.first, let column = term.keyword.column {
            for id in try connection.ids(of: "studies", where: column, term) {
                if let row = try connection.one(.studyByID, id, { s throws(ArchiveError) in try StudyRecord(s) }) { try visit(row) }
            }
        } else if let wanted = pattern(.modality) {
            try byModality(wanted)
        } else if let term = seriesTerms.first, let column = term.keyword.column {
            for id in try connection.ids(of: "series", where: column, term) {
                if let row = try connection.one(.seriesByID, id, { s throws(ArchiveError) in try SeriesRecord(s) }) { try visit(row) }
            }
        } else {
            try pages { after throws(ArchiveError) in
                try connection.list(.allStudiesAfter, after, Self.page, in: nil) { s throws(ArchiveError) in try StudyRecord(s) }
            } each: { study throws(ArchiveError) in
                try visit(study)
            }
        }
    }

    private func byModality(_ wanted: SearchPattern) throws(ArchiveError) {
        let modalities = try connection.list(.modalitiesAfter, 0, .max, in: nil) { s throws(ArchiveError) in try ModalityRecord(s) }
        for modality in modalities where wanted.matches(modality.value) {
            var last: Int64 = 0
            while true {
                let page = try connection.list(.studyModalitiesAfter, last, Self.page, in: modality.id) { s throws(ArchiveError) in
                    (study: try StudyRecord(s), pair: try StudyModalityRecord(s, from: 19).id)
                }
                for (study, pair) in page {
                    try visit(study) { () throws(ArchiveError) in
                        try connection.list(.seriesOfModalityAfter, 0, .max, in: pair) { s throws(ArchiveError) in try SeriesRecord(s) }
                    }
                }
                guard let end = page.last, page.count == Self.page else { break }
                last = end.pair
            }
        }
    }

    private func pages<Row: Identified>(
        _ load: (Int64) throws(ArchiveError) -> [Row], each visit: (Row) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var last: Int64 = 0
        while true {
            let page = try load(last)
            for row in page { try visit(row) }
            guard let end = page.last, page.count == Self.page else { return }
            last = end.id
        }
    }

    // MARK: - Down the tree

    private func visit(_ patient: PatientRecord) throws(ArchiveError) {
        guard patientTerms.allSatisfy({ $0.pattern.matches($0.keyword.value(of: patient)) }) else { return }
        lastPatient = (SeriesAttributes.Shared(patient), true)
        let studies = try connection.list(.studiesAfter, 0, .max, in: patient.id) { s throws(ArchiveError) in try StudyRecord(s) }
        for study in studies { try visit(study) }
    }

    /// Null when it is not there any more, or is not wanted.
    private func patient(_ id: Int64) throws(ArchiveError) -> SeriesAttributes.Shared<PatientRecord>? {
        if let last = lastPatient, last.row.value.id == id { return last.matches ? last.row : nil }
        guard let record = try connection.one(.patientByID, id, { s throws(ArchiveError) in try PatientRecord(s) }) else { return nil }
        let matches = patientTerms.allSatisfy { $0.pattern.matches($0.keyword.value(of: record)) }
        let row = SeriesAttributes.Shared(record)
        lastPatient = (row, matches)
        return matches ? row : nil
    }

    private func visit(_ study: StudyRecord) throws(ArchiveError) {
        try visit(study) { () throws(ArchiveError) in
            try connection.list(.seriesAfter, 0, .max, in: study.id) { s throws(ArchiveError) in try SeriesRecord(s) }
        }
    }

    private func visit(_ study: StudyRecord, _ series: () throws(ArchiveError) -> [SeriesRecord]) throws(ArchiveError) {
        guard let above = try above(study) else { return }
        for record in try series() { try visit(record, above) }
    }

    /// What the series of a study belong to; nil when they are not wanted.
    private func above(_ study: StudyRecord) throws(ArchiveError) -> Above? {
        guard studyTerms.allSatisfy({ $0.pattern.matches($0.keyword.value(of: study)) }), let patient = try patient(study.patient) else {
            return nil
        }
        var modalities: [[UInt8]] = []
        if !modalityTerms.isEmpty || query.terms.isEmpty {
            modalities = try self.modalities(of: study.id)
            guard modalityTerms.allSatisfy({ SearchQuery.matches($0, modalities: modalities) }) else { return nil }
        }
        return Above(patient: patient, study: SeriesAttributes.Shared(study), modalities: modalities)
    }

    /// A series that was found by itself. Those of one study often follow each other.
    private func visit(_ record: SeriesRecord) throws(ArchiveError) {
        if lastStudy?.id != record.study {
            guard let study = try connection.one(.studyByID, record.study, { s throws(ArchiveError) in try StudyRecord(s) }) else { return }
            lastStudy = (study.id, try above(study))
        }
        if let above = lastStudy?.above { try visit(record, above) }
    }

    private func visit(_ record: SeriesRecord, _ above: Above) throws(ArchiveError) {
        for term in seriesTerms where term.keyword != .sopClassUID {
            guard term.pattern.matches(term.keyword.value(of: record)) else { return }
        }
        let sopClass = try sopClass(record.sopClass)
        for term in seriesTerms where term.keyword == .sopClassUID {
            guard term.pattern.matches(sopClass) else { return }
        }
        emit(
            SeriesAttributes(
                patient: above.patient, study: above.study, record: SeriesAttributes.Shared(record), sopClass: sopClass, modalities: above.modalities)
        )
    }

    private func sopClass(_ id: Int64) throws(ArchiveError) -> [UInt8] {
        if let known = sopClasses[id] { return known }
        let value = try connection.one(.textByID, id) { s in s.bytes(0) } ?? []
        if sopClasses.count > 4096 { sopClasses = [:] }
        sopClasses[id] = value
        return value
    }

    private func modalities(of study: Int64) throws(ArchiveError) -> [[UInt8]] {
        let ids = try connection.list(.modalitiesOfStudy, 0, .max, in: study) { s throws(ArchiveError) in try StudyModalityRecord(s).modality }
        var values: [[UInt8]] = []
        for id in ids {
            if modalityValues[id] == nil {
                modalityValues[id] = try connection.one(.modalityByID, id) { s throws(ArchiveError) in try ModalityRecord(s).value } ?? []
            }
            values.append(modalityValues[id] ?? [])
        }
        return values
    }
}

private protocol Identified { var id: Int64 { get } }
extension PatientRecord: Identified {}
extension StudyRecord: Identified {}

extension [UInt8]? {
    fileprivate var orEmpty: [UInt8] { self ?? [] }
}

extension SearchKeyword {
    /// Where its value stands in a row of patients, studies or series.
    fileprivate var column: String? {
        switch self {
        case .patientID: "patient_id"
        case .issuerOfPatientID: "issuer"
        case .patientName: "person_name"
        case .patientBirthDate: "birth_date"
        case .patientSex: "sex"
        case .studyDate: "date"
        case .studyID: "study_id"
        case .studyDescription: "description"
        case .accessionNumber: "accession"
        case .studyInstanceUID, .seriesInstanceUID: "identity"
        case .seriesNumber: "number"
        case .seriesDescription: "description"
        case .bodyPartExamined: "body_part"
        case .manufacturer: "manufacturer"
        case .manufacturerModelName: "model"
        case .protocolName: "protocol"
        case .institutionName: "institution"
        case .sopClassUID: "(SELECT value FROM texts WHERE texts.id = sop_class)"
        case .modality, .modalitiesInStudy: nil
        }
    }

    /// The value of that column, as `value(of:)` has it.
    fileprivate func value(ofColumn bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .studyDate, .patientBirthDate: Self.date(bytes)
        case .studyInstanceUID, .seriesInstanceUID: bytes.first == 0 ? [] : bytes
        case .seriesNumber: EntityNames.number(bytes) ?? bytes
        default: bytes
        }
    }
}

extension Connection {
    /// Rows of a table whose column matches: one value is looked at instead of all of the row. The caller reads the whole
    /// row, and thereby its checksum, before anything is made of it.
    fileprivate func ids(of table: String, where column: String, _ term: SearchQuery.Term) throws(ArchiveError) -> [Int64] {
        let query = try prepare("SELECT id, \(column) FROM \(table)")
        var ids: [Int64] = []
        // Neighbours often have one value.
        var last: (value: [UInt8], matches: Bool)?
        while try query.step() {
            if last.map({ !query.equals(1, $0.value) }) ?? true {
                let value = query.bytes(1)
                last = (value, term.pattern.matches(term.keyword.value(ofColumn: value)))
            }
            if last?.matches == true { ids.append(query.int(0)) }
        }
        return ids
    }

    /// Rows with a key in a range, in its order.
    fileprivate func list<Row>(
        _ query: ReadSQL, _ from: [UInt8], below end: [UInt8], limit: Int, _ row: (SQLStatement) throws(ArchiveError) -> Row
    ) throws(ArchiveError) -> [Row] {
        let statement = try statement(query)
        statement.bind(1, from)
        statement.bind(2, end)
        statement.bind(3, Int64(limit))
        return try rows(statement, row)
    }

    fileprivate func rows<Row>(
        _ query: WriteSQL, _ key: [UInt8], _ row: (SQLStatement) throws(ArchiveError) -> Row
    ) throws(ArchiveError) -> [Row] {
        let statement = try statement(query)
        statement.bind(1, key)
        return try rows(statement, row)
    }
}
