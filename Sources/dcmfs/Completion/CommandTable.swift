import ArgumentParser
import Foundation

/// The commands with their arguments, as the parser itself describes them: what completions know is always true.
struct CommandTable: Decodable {
    struct Command: Decodable {
        let commandName: String
        let aliases: [String]?
        let abstract: String?
        let shouldDisplay: Bool?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }
        let kind: String
        let names: [Name]?
        let isRepeating: Bool
        let shouldDisplay: Bool?
        let allValues: [String]?
        let abstract: String?
        let completionKind: Completion?
    }

    /// What may stand as a value.
    struct Completion: Decodable {
        struct List: Decodable { let values: [String] }
        struct Nothing: Decodable {}
        let list: List?
        let file: Nothing?
        let directory: Nothing?
    }

    let command: Command

    /// Nil where the parser's own description cannot be read: then there is nothing to complete.
    static func current() -> CommandTable? {
        try? JSONDecoder().decode(CommandTable.self, from: Data(DCMFS._dumpHelp().utf8))
    }
}
