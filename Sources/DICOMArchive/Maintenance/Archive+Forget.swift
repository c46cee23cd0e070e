extension Archive {
    /// Drops the rows of everything at or below `path`, which need not exist any more. Never touches a file.
    /// - Returns: number of inputs forgotten.
    package func forget(path given: [UInt8]) throws(ArchiveError) -> Int {
        // What a link leads to is meant only where nothing was indexed at the path itself.
        let plain = plainPath(given)
        let count = try forget { located in located == plain || pathBelow(plain, located) != nil }
        let path = absolutePath(given)
        if count > 0 || path == plain { return count }
        return try forget { located in located == path || pathBelow(path, located) != nil }
    }

    /// Drops the rows of all sources that the last index of their folder did not find.
    package func forgetGone() throws(ArchiveError) -> Int {
        try forget(onlyGone: true) { _ in true }
    }

    private func forget(onlyGone: Bool = false, _ isWanted: ([UInt8]) -> Bool) throws(ArchiveError) -> Int {
        let writer = try IngestWriter(self, options: IndexOptions())
        do throws(ArchiveError) {
            let wanted = try wantedSources(writer, onlyGone, isWanted)
            for (directory, name) in wanted {
                if let source = try writer.findSource(directory, name) { try writer.drop(source) }
                writer.fileDone()
                try writer.commitIfDue()
            }
            try writer.commit()
            return wanted.count
        } catch {
            writer.rollback()
            throw error
        }
    }

    private func wantedSources(
        _ writer: IngestWriter, _ onlyGone: Bool, _ isWanted: ([UInt8]) -> Bool
    ) throws(ArchiveError) -> [(Int64, [UInt8])] {
        let query = try writer.connection.prepare(
            """
            SELECT s.directory, s.name, r.is_relative, r.path, d.path FROM sources s JOIN directories d ON d.id = s.directory \
            JOIN roots r ON r.id = d.root \(onlyGone ? "WHERE s.gone = 1" : "") ORDER BY s.directory, s.name
            """)
        var wanted: [(Int64, [UInt8])] = []
        while try query.step() {
            let root = query.int(2) == 1 ? joinPath(folder, query.bytes(3)) : query.bytes(3)
            if isWanted(joinPath(joinPath(root, query.bytes(4)), query.bytes(1))) { wanted.append((query.int(0), query.bytes(1))) }
        }
        return wanted
    }
}
