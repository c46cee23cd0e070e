/// How names are made and persons told apart. Stored in the archive when it is made: what it shows keeps its names for good, until its
/// owner says `dcmfs rename`.
package enum NamingRule: String, CaseIterable, Sendable {
    /// Of archives that were made before there was a choice: `/patients/<ID>`, `/names/<name>`, and studies by date and description.
    case plain
    /// Folders say who it is; instances that their number does not tell apart stand in order; blanks and slashes read as such; a
    /// patient without an Issuer of Patient ID may be the one with it.
    case people

    static let key = Array("names".utf8)
}

extension Connection {
    /// The archive's rule; archives of before version 3 have none written down.
    func namingRule() throws(ArchiveError) -> NamingRule {
        guard let stored = try text("SELECT value FROM meta WHERE key = 'names'") else { return .plain }
        guard let rule = NamingRule(rawValue: stored) else {
            throw ArchiveError(.newerVersion, "the archive's names follow a rule that this program does not know")
        }
        return rule
    }

    func write(_ rule: NamingRule) throws(ArchiveError) {
        let set = try statement(WriteSQL.setMeta)
        set.bind(1, NamingRule.key)
        set.bind(2, Array(rule.rawValue.utf8))
        try set.run()
    }
}

extension Archive {
    package func namingRule() throws(ArchiveError) -> NamingRule {
        try pool.read { connection throws(ArchiveError) in try connection.namingRule() }
    }
}
