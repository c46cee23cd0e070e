/// `dcmfs __complete WORD...`, which the completions of all shells ask: what may stand in the place of the last word.
///
/// The first line of the answer says what files may stand there (`none`, `files`, `folders`) and, behind a tab, what of the word is in front
/// of their path; then one candidate a line, with an explanation behind a tab.
struct Completer {
    enum Files: String { case none, files, folders }

    static let word = "__complete"

    private(set) var files = Files.none
    /// What of the word stands before the path of a file.
    private(set) var prefix = ""
    private(set) var candidates: [(word: String, note: String)] = []

    var text: String {
        files.rawValue + "\t" + prefix + "\n" + candidates.map { $0.word + "\t" + $0.note + "\n" }.joined()
    }

    /// - Parameter words: behind the program's name, the one at the cursor last.
    init(_ words: [String], in table: CommandTable) {
        let current = words.last ?? ""
        let before = Array(words.dropLast())
        let commands = table.command.subcommands ?? []
        guard let name = before.first(where: { !$0.hasPrefix("-") }), let start = before.firstIndex(of: name), name != "help" else {
            add(commands.filter { $0.shouldDisplay != false }.map { ($0.commandName, $0.abstract ?? "") }, for: current)
            if current.hasPrefix("-") { add([("--help", "Show help information."), ("--version", "Show the version.")], for: current) }
            return
        }
        guard let command = commands.first(where: { $0.commandName == name || $0.aliases?.contains(name) == true }) else { return }
        complete(current, after: before[(start + 1)...], command.arguments ?? [])
    }

    private mutating func complete(_ current: String, after words: ArraySlice<String>, _ arguments: [CommandTable.Argument]) {
        let positionals = arguments.filter { $0.kind == "positional" }
        var position = 0
        var awaiting: CommandTable.Argument?
        var isEnded = false
        for word in words {
            if awaiting != nil {
                awaiting = nil
            } else if isEnded || !word.hasPrefix("-") || word == "-" {
                position += 1
            } else if word == "--" {
                isEnded = true
            } else {
                awaiting = arguments.first { $0.kind == "option" && $0.isCalled(word) }
            }
        }
        if let awaiting { return completeValue(current, of: awaiting) }
        if !isEnded, current.hasPrefix("--"), let equals = current.firstIndex(of: "=") {
            guard let option = arguments.first(where: { $0.kind == "option" && $0.isCalled(String(current[..<equals])) }) else { return }
            let head = String(current[...equals])
            completeValue(String(current[current.index(after: equals)...]), of: option)
            prefix = head + prefix
            candidates = candidates.map { (head + $0.word, $0.note) }
            return
        }
        if !isEnded, current.hasPrefix("-") {
            for argument in arguments where argument.kind != "positional" && argument.shouldDisplay != false {
                add((argument.names ?? []).map { ($0.text, argument.abstract ?? "") }, for: current)
            }
            return
        }
        let wanted = position < positionals.count ? positionals[position] : positionals.last.flatMap { $0.isRepeating ? $0 : nil }
        if let wanted { completeValue(current, of: wanted) }
    }

    private mutating func completeValue(_ current: String, of argument: CommandTable.Argument) {
        if argument.completionKind?.file != nil { files = .files }
        if argument.completionKind?.directory != nil { files = .folders }
        guard let values = argument.completionKind?.list?.values ?? argument.allValues else { return }
        // `a=b,c=d` and `dcm+png`: only the last word of such a list is completed. Conditions of `find` are words of their own.
        let isList = values.contains { $0.contains("=") } && !argument.isRepeatedPositional
        let start = isList ? Self.end(of: ",", in: current) : current.startIndex
        let head = String(current[..<start])
        let word = String(current[start...])
        var choices = values
        var inner = word.startIndex
        if let equals = word.firstIndex(of: "=") {
            let key = word[...equals]
            if let files = MountOptions.filesBehind(String(key)), isList { (self.files, prefix) = (files, head + key) }
            inner = isList ? max(word.index(after: equals), Self.end(of: "+", in: word)) : word.startIndex
            choices = values.filter { $0.hasPrefix(key) }.map { String(word[..<inner]) + $0.dropFirst(isList ? key.count : 0) }
        } else {
            // Of `show=dcm`, `show=png` only `show=` as long as nobody asks further.
            choices = values.map { value in value.firstIndex(of: "=").map { String(value[...$0]) } ?? value }
        }
        var seen: Set<String> = []
        add(choices.filter { seen.insert($0).inserted && !($0 == word && "=+,".contains($0.last ?? " ")) }.map { (head + $0, "") }, for: current)
    }

    private static func end(of separator: Character, in text: String) -> String.Index {
        text.lastIndex(of: separator).map { text.index(after: $0) } ?? text.startIndex
    }

    /// Without regard to case: nobody remembers how keywords are written.
    private mutating func add(_ words: [(String, String)], for current: String) {
        let start = current.lowercased()
        candidates += words.filter { $0.0.lowercased().hasPrefix(start) }.map { (word: $0.0, note: Self.line($0.1)) }
    }

    /// Explanations stand on one line.
    private static func line(_ text: String) -> String { text.split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ") }
}

extension CommandTable.Argument {
    fileprivate func isCalled(_ word: String) -> Bool { names?.contains { $0.text == word } == true }
    fileprivate var isRepeatedPositional: Bool { kind == "positional" && isRepeating }
}
