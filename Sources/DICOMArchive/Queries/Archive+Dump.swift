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
            emit("patient \(shown(row.name))")
            for study in try studies(of: row.id, limit: .max).sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                emit(" study \(shown(study.name))")
                for series in try series(of: study.id, limit: .max).sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                    emit("  series \(shown(series.name))")
                    try dumpInstances(of: series.id, emit)
                }
            }
        }
        for problem in try problems() { emit("problem \(problem.reason) \(shown(problem.path)) \(problem.offset) \(shown(problem.message))") }
        var counts = try counts()
        counts.instanceBytes = 0
        emit("\(counts)")
    }

    private func dumpInstances(of series: Int64, _ emit: (String) -> Void) throws(ArchiveError) {
        for row in try instances(of: series, limit: .max).sorted(by: { $0.stem.lexicographicallyPrecedes($1.stem) }) {
            let picture = row.picture.map { "\($0)" } ?? "-"
            emit(
                "   instance \(shown(row.stem)) \(row.size) \(row.mtimeNs) text \(row.headerTextLength) v\(row.headerTextVersion) \(row.pictureState) \(picture)"
            )
            for source in try sources(of: row.id).map({ "\(shown($0.path)) \($0.kind) \($0.state) \($0.size)" }).sorted() {
                emit("    source \(source)")
            }
        }
    }
}
