/// What the index knows of an entity and of what it belongs to: for extended attributes. Opens no source.
extension Archive {
    /// From the patient down to the entity itself; without those that are empty. Nil when there is no such row (any more).
    package func attributes(of entity: ArchiveEntity) throws(ArchiveError) -> [IndexedAttribute]? {
        let found = try pool.read { connection throws(ArchiveError) in try AttributeCollector(connection: connection).collect(entity) }
        guard var attributes = found else { return nil }
        if case .instance(let id) = entity, let path = try sources(of: id).first?.path {
            attributes.append(IndexedAttribute(keyword: IndexedAttribute.sourcePath, value: path))
        }
        return attributes.filter { !$0.value.isEmpty }
    }
}

private struct AttributeCollector {
    let connection: Connection

    func collect(_ entity: ArchiveEntity) throws(ArchiveError) -> [IndexedAttribute]? {
        switch entity {
        case .patient(let id):
            let record = try connection.one(.patientByID, id) { s throws(ArchiveError) in try PatientRecord(s) }
            return record.map { record in values(.patient) { $0.value(of: record) } }
        case .study(let id):
            guard let record = try connection.one(.studyByID, id, { s throws(ArchiveError) in try StudyRecord(s) }),
                let above = try collect(.patient(record.patient))
            else { return nil }
            let modalities = try modalities(of: id)
            return above + values(.study) { $0 == .modalitiesInStudy ? modalities : $0.value(of: record) }
        case .series(let id):
            guard let record = try connection.one(.seriesByID, id, { s throws(ArchiveError) in try SeriesRecord(s) }),
                let above = try collect(.study(record.study))
            else { return nil }
            let sopClass = try text(record.sopClass)
            return above + values(.series) { $0 == .sopClassUID ? sopClass : $0.value(of: record) }
        case .instance(let id):
            return try instance(id)
        }
    }

    /// A series knows the SOP class of its first instance; here it is the instance's own.
    private func instance(_ id: Int64) throws(ArchiveError) -> [IndexedAttribute]? {
        guard let record = try connection.one(.instanceByID, id, { s throws(ArchiveError) in try InstanceRecord(s) }),
            let above = try collect(.series(record.series))
        else { return nil }
        let sopClass = SearchKeyword.sopClassUID.rawValue
        return above.filter { $0.keyword != sopClass } + [
            IndexedAttribute(keyword: sopClass, value: try text(record.sopClass)),
            // Without a UID of its own it is known by something else.
            IndexedAttribute(keyword: "SOPInstanceUID", value: record.sopUID.first == 0 ? [] : record.sopUID),
            IndexedAttribute(keyword: "TransferSyntaxUID", value: try text(record.transferSyntax)),
        ]
    }

    private func values(_ level: SearchKeyword.Level, _ value: (SearchKeyword) -> [UInt8]) -> [IndexedAttribute] {
        SearchKeyword.allCases.filter { $0.level == level }.map { IndexedAttribute(keyword: $0.rawValue, value: value($0)) }
    }

    private func text(_ id: Int64) throws(ArchiveError) -> [UInt8] {
        try connection.one(.textByID, id) { s in s.bytes(0) } ?? []
    }

    private func modalities(of study: Int64) throws(ArchiveError) -> [UInt8] {
        let ids = try connection.list(.modalitiesOfStudy, 0, .max, in: study) { s throws(ArchiveError) in try StudyModalityRecord(s).modality }
        var values: [[UInt8]] = []
        for id in ids {
            let value = try connection.one(.modalityByID, id) { s throws(ArchiveError) in try ModalityRecord(s).value } ?? []
            if !value.isEmpty { values.append(value) }
        }
        return Array(values.joined(separator: [UInt8(ascii: "\\")]))
    }
}
