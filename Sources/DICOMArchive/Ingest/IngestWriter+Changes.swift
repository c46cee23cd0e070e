/// Fixity: what is known by its digest and has other bytes now is an event, not merely a newer version.
extension IngestWriter {
    /// Compares a file that was read again with the digest that is stored of it; takes one where the run takes none, since the
    /// digest is what says whether anything but times changed.
    func noteChange(_ candidate: Candidate, _ given: ReadFile) throws(ArchiveError) -> ReadFile {
        guard let known = candidate.known, let old = known.digest else { return given }
        var file = given
        if file.digest == nil { file.digest = try digestOfCandidate(candidate, file) }
        guard let new = file.digest, new != old else { return file }
        var record = ChangeRecord()
        try begin()
        record.directory = known.directory
        record.name = known.name
        record.changedNs = now
        (record.oldDigest, record.newDigest) = (old, new)
        (record.oldSize, record.newSize) = (known.identity.size, file.identity.size)
        let insert = try connection.statement(WriteSQL.insertChange)
        insert.bind(1, record.directory)
        insert.bind(2, record.name)
        insert.bind(3, record.changedNs)
        insert.bind(4, record.oldDigest)
        insert.bind(5, record.newDigest)
        insert.bind(6, record.oldSize)
        insert.bind(7, record.newSize)
        insert.bind(8, record.checksum)
        try insert.run()
        report.contentChanged += 1
        if report.contentChanges.count < IndexReport.mostNamed {
            let path = joinPath(joinPath(candidate.folder.root.absolutePath, candidate.folder.path), candidate.name)
            report.contentChanges.append(ContentChange(path: path, oldDigest: old, newDigest: new))
        }
        return file
    }
}
