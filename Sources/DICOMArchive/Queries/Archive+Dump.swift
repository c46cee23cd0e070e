/// The archive's content as text, the same for the same content however it came about: no row ids, no times of ours.
///
/// For comparing an interrupted and resumed run with an uninterrupted one (D1, R4).
extension Archive {
    package func logicalDump(_ emit: (String) -> Void) throws(ArchiveError) {
        var patient: Int64 = 0
        var patients: [PatientRow] = []
        repeat {
            let page = try self.patients(after: patient, limit: 1000)
            patients += page
            patient = page.last?.id ?? .max
        } while patient != .max
        for row in patients.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
            emit("patient \(shown(row.name)) names \(shown(row.viewName))")
            for study in try studies(of: row.id, limit: .max).sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                emit(
                    " study \(shown(study.name)) also \(shown(study.viewName)) day \(study.day) accession \(shown(study.accessionName ?? [])) "
                        + "uid \(shown(study.uidName))")
                for series in try series(of: study.id, limit: .max).sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                    let pair = try studyModality(id: series.modalityStudyID)
                    let modality = try modality(id: pair?.modalityID ?? 0)
                    emit("  series \(shown(series.name)) modality \(shown(modality?.name ?? [])) uid \(shown(series.uidName))")
                    try dumpInstances(of: series.id, emit)
                }
            }
        }
        for problem in try problems() { emit("problem \(problem.reason) \(shown(problem.path)) \(problem.offset) \(shown(problem.message))") }
        var counts = try counts()
        // Who described a row does not show.
        (counts.instanceBytes, counts.older) = (0, 0)
        emit("\(counts)")
    }

    private func dumpInstances(of series: Int64, _ emit: (String) -> Void) throws(ArchiveError) {
        for row in try instances(of: series, limit: .max).sorted(by: { $0.stem.lexicographicallyPrecedes($1.stem) }) {
            let picture = row.picture.map { "\($0)" } ?? "-"
            emit(
                "   instance \(shown(row.stem)) uid \(shown(row.uidStem)) \(row.size) \(row.mtimeNs) text \(row.headerTextLength) v\(row.headerTextVersion) \(row.pictureState) \(picture)"
            )
            for source in try sources(of: row.id).map({ "\(shown($0.path)) \($0.kind) \($0.state) \($0.size)" }).sorted() {
                emit("    source \(source)")
            }
        }
    }
}
