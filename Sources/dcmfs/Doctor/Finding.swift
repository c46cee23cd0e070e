/// One thing that `dcmfs doctor` looked at.
struct Finding {
    enum Level: String {
        case good
        /// Works, but worth knowing.
        case note
        /// Something does not work.
        case problem
    }

    let level: Level
    /// What was looked at, as a word for scripts.
    let check: String
    let message: String
    /// How to mend it; empty for what is good.
    let remedy: String

    static func good(_ check: String, _ message: String) -> Finding {
        Finding(level: .good, check: check, message: message, remedy: "")
    }
    static func note(_ check: String, _ message: String, remedy: String) -> Finding {
        Finding(level: .note, check: check, message: message, remedy: remedy)
    }
    static func problem(_ check: String, _ message: String, remedy: String) -> Finding {
        Finding(level: .problem, check: check, message: message, remedy: remedy)
    }

    var text: String {
        let mark =
            switch level {
            case .good: "ok      "
            case .note: "note    "
            case .problem: "PROBLEM "
            }
        return Arguments.shown("\(mark) \(message)\n" + (remedy.isEmpty ? "" : "         -> \(remedy)\n"))
    }

    var json: JSONOutput {
        .object([
            ("level", .text(level.rawValue)), ("check", .text(check)), ("message", .text(Arguments.shown(message))),
            ("remedy", .text(Arguments.shown(remedy))),
        ])
    }
}
