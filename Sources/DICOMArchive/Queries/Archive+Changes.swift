extension Archive {
    /// Series below which something has changed since a time (nanoseconds since 1970), at most so many. By the index of the times
    /// of patients: what did not change costs nothing.
    package func changedSeries(since time: Int64, limit: Int) throws(ArchiveError) -> [Int64] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT r.id FROM patients p CROSS JOIN studies s ON s.patient = p.id CROSS JOIN series r ON r.study = s.id \
                WHERE p.modified_ns >= ?1 AND s.modified_ns >= ?1 AND r.modified_ns >= ?1 LIMIT ?2
                """)
            query.bind(1, time)
            query.bind(2, Int64(max(0, limit)))
            var series: [Int64] = []
            while try query.step() { series.append(query.int(0)) }
            return series
        }
    }
}

extension Archive {
    /// Absolute paths of the folders that sources lie in, that of the archive's own copies among them.
    package func rootPaths() throws(ArchiveError) -> [[UInt8]] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare("SELECT id, \(ReadSQL.root) FROM roots ORDER BY id")
            var paths: [[UInt8]] = []
            while try query.step() { paths.append(try RootRecord(id: query.int(0), query, from: 1).absolutePath(archiveFolder: folder)) }
            return paths
        }
    }
}
