/// One line of the list of what an archive holds.
package struct ManifestEntry: Hashable, Sendable {
    /// In the tree, with extension: `patients/.../00001.dcm`.
    package let path: [UInt8]
    /// Empty where the file has none.
    package let sopInstanceUID: [UInt8]
    package let size: Int64
    /// SHA-256: the one that is stored, else of the bytes as they are now; empty where `problem` says why there is none.
    package let digest: [UInt8]
    /// The file that is shown.
    package let source: [UInt8]
    package let problem: String
}

extension Archive {
    /// Hands out every instance, in the order of paths: what was deposited, for whoever must show it later.
    package func manifest(_ emit: (ManifestEntry) -> Void) throws(ArchiveError) {
        for patient in try pages({ after throws(ArchiveError) in try patients(after: after, limit: 1000) }, \.id, \.name) {
            for study in try pages({ after throws(ArchiveError) in try studies(of: patient.id, after: after, limit: 1000) }, \.id, \.name) {
                for series in try pages({ after throws(ArchiveError) in try self.series(of: study.id, after: after, limit: 1000) }, \.id, \.name) {
                    let folder = [patient.name, study.name, series.name].reduce(Array("patients".utf8)) { joinPath($0, $1) }
                    try manifest(of: series, folder, emit)
                }
            }
        }
    }

    private func manifest(of series: SeriesRow, _ folder: [UInt8], _ emit: (ManifestEntry) -> Void) throws(ArchiveError) {
        var stem: [UInt8] = []
        while true {
            let page = try instances(of: series.id, afterStem: stem, limit: 1000)
            for row in page { emit(try entry(row, joinPath(folder, row.stem + Array(".dcm".utf8)))) }
            guard let last = page.last else { return }
            stem = last.stem
        }
    }

    private func entry(_ row: InstanceRow, _ path: [UInt8]) throws(ArchiveError) -> ManifestEntry {
        let sources = try sources(of: row.id)
        let uid = try pool.read { connection throws(ArchiveError) in
            try connection.one(.instanceByID, row.id) { s throws(ArchiveError) in try InstanceRecord(s).sopUID } ?? []
        }
        var digest = sources.first { !$0.digest.isEmpty }?.digest ?? []
        var problem = sources.isEmpty ? "no source" : ""
        if digest.isEmpty, let first = sources.first {
            do throws(ArchiveError) {
                let file = try open(first)
                digest = try digestOfFile(file.descriptor, size: file.size)
            } catch {
                if error.code == .interrupted { throw error }
                problem = error.message
            }
        }
        // A UID behind a 0 byte stands in for one that the file lacks.
        return ManifestEntry(
            path: path, sopInstanceUID: uid.first == 0 ? [] : uid, size: row.size, digest: digest, source: sources.first?.path ?? [], problem: problem)
    }

    /// All rows of a list, sorted by name.
    private func pages<Row>(
        _ page: (Int64) throws(ArchiveError) -> [Row], _ id: KeyPath<Row, Int64>, _ name: KeyPath<Row, [UInt8]>
    ) throws(ArchiveError) -> [Row] {
        var rows: [Row] = []
        while true {
            let next = try page(rows.last?[keyPath: id] ?? 0)
            if next.isEmpty { return rows.sorted { $0[keyPath: name].lexicographicallyPrecedes($1[keyPath: name]) } }
            rows += next
        }
    }
}
