/// Every statement of the ingest, prepared once.
enum WriteSQL: Int, CaseIterable {
    case begin, commit, rollback

    var sql: String {
        switch self {
        case .begin: "BEGIN IMMEDIATE"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"
        }
    }
}
