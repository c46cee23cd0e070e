import Foundation
import TestSupport
import Testing

/// Each shell is driven for real, with the script that is installed, in a folder with files to complete.
@Suite(.serialized) struct CompletionTests {
    /// What is typed, and what becomes of it: what every shell must offer for the last word.
    struct Case: Sendable, CustomTestStringConvertible {
        let typed: String
        let offered: String
        var testDescription: String { typed }
    }

    /// Each has one answer only, so that every shell completes it at once.
    static let cases = [
        Case(typed: "dcmfs mou", offered: "mount"), Case(typed: "dcmfs header sl", offered: "slice.dcm"),
        Case(typed: "dcmfs header a\\ f", offered: "a file.dcm"), Case(typed: "dcmfs render slice.dcm -o pic", offered: "picture.png"),
        Case(typed: "dcmfs index archive.db fol", offered: "folder"), Case(typed: "dcmfs mount archive.db fol", offered: "folder"),
        Case(typed: "dcmfs render --expl", offered: "--explain"), Case(typed: "dcmfs mount archive.db folder -o allow_ot", offered: "allow_other"),
        Case(typed: "dcmfs mount -o show=tx", offered: "show=txt"), Case(typed: "dcmfs mount -o xattr,nonemp", offered: "xattr,nonempty"),
        Case(typed: "dcmfs mount -o cache_dir=fol", offered: "cache_dir=folder"), Case(typed: "dcmfs mount -o views=arch", offered: "views=archive.db"),
        Case(typed: "dcmfs render --window lun", offered: "lung"), Case(typed: "dcmfs render --with window=lung,siz", offered: "window=lung,size="),
        Case(typed: "dcmfs find archive.db StudyDa", offered: "StudyDate="), Case(typed: "dcmfs problems archive.db --reason touc", offered: "touched"),
        Case(typed: "dcmfs export archive.db pati", offered: "patients/"), Case(typed: "dcmfs help pro", offered: "problems"),
    ]

    private func inFolder<Result>(_ shell: String, _ body: (_ folder: String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "dcmfs-completion-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["slice.dcm", "a file.dcm", "archive.db", "picture.png"] { try Data().write(to: URL(fileURLWithPath: folder + "/" + name)) }
        let script = try Finished.run(MountedTree.program("dcmfs"), ["--generate-completion-script", shell])
        #expect(script.status == 0)
        try Data(script.output.utf8).write(to: URL(fileURLWithPath: folder + "/completion"))
        return try body(folder)
    }

    /// Of the program that is tested, first in the path.
    private static let setUp =
        "cd \"$1\" && PATH=\(MountedTree.program("dcmfs").dropLast("/dcmfs".count)):$PATH && export PATH && "

    /// One line `typed<TAB>offered` for each case.
    private func check(_ run: Finished, _ shell: String) {
        var offered: [String: [String]] = [:]
        for line in run.output.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            if parts.count > 1 { offered[String(parts[0]), default: []].append(String(parts[1])) }
        }
        for one in Self.cases { #expect(offered[one.typed] == [one.offered], "\(shell): \(one.typed)\n\(run.errors)") }
    }

    @Test(.enabled(if: Finished.find("bash") != nil)) func `bash completes files, commands, flags and words`() throws {
        try inFolder("bash") { folder in
            // As readline calls it: words are broken at = and : as well (COMP_WORDBREAKS), quotes stay.
            let script = #"""
                . ./completion
                while IFS= read -r typed; do
                    COMP_WORDS=()
                    word=
                    for ((i = 0; i < ${#typed}; i++)); do
                        c=${typed:i:1}
                        case $c in
                            \\) ((i += 1)); word+=$c${typed:i:1} ;;
                            ' ') COMP_WORDS+=("$word"); word= ;;
                            =) COMP_WORDS+=("$word" =); word= ;;
                            *) word+=$c ;;
                        esac
                    done
                    COMP_WORDS+=("$word")
                    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                    _dcmfs 2>/dev/null
                    # Readline keeps what is in front of the last =.
                    last=${typed##*[^\\] }
                    head=; [[ $last == *=* ]] && head=${last%=*}=
                    for reply in "${COMPREPLY[@]}"; do printf '%s\t%s\n' "$typed" "$head$reply"; done
                done
                """#
            check(try shell("bash", ["--norc"], script, folder), "bash")
        }
    }

    @Test(.enabled(if: Finished.find("fish") != nil)) func `fish completes files, commands, flags and words`() throws {
        try inFolder("fish") { folder in
            let script = #"""
                source ./completion
                while read -l typed
                    for found in (complete -C "$typed")
                        set -l word (string split \t -- $found)[1]
                        printf '%s\t%s\n' "$typed" (string replace folder/ folder -- $word)
                    end
                end
                """#
            // A folder carries its slash there.
            check(try shell("fish", ["--no-config"], script, folder), "fish")
        }
    }

    @Test(.enabled(if: Finished.find("zsh") != nil)) func `zsh completes files, commands, flags and words`() throws {
        try inFolder("zsh") { folder in
            // A shell on a terminal of its own, typed at; a key of ours prints what the line has become.
            let script = #"""
                zmodload zsh/zpty
                zpty z "PS1= TERM=dumb zsh -f -i"
                zpty -w z "PS1=; PROMPT=; cd ${(q)PWD}; PATH=${(q)PATH}; autoload -Uz compinit; compinit -u -D; source ./completion"
                zpty -w z '_say() { print -r -- "LINE<$BUFFER>"; BUFFER= }; zle -N _say; bindkey "^X^X" _say; bindkey "^I" complete-word; print -r -- "READY""NOW"'
                zpty -r z out '*READYNOW*'
                while IFS= read -r typed; do
                    zpty -w -n z "$typed"$'\t\x18\x18'
                    zpty -r z out $'*LINE<*>*\n*' || break
                    line=${${out##*LINE<}%%>*}
                    # The word that was completed, without the blank behind it, its quotes, and a folder's slash.
                    word=${line% }
                    word=${word##*[^\\] }
                    word=${(Q)word}
                    [[ $word == *folder/ ]] && word=${word%/}
                    print -r -- "$typed"$'\t'"$word"
                done
                zpty -d z
                """#
            check(try shell("zsh", ["-f"], script, folder), "zsh")
        }
    }

    /// The cases are its standard input.
    private func shell(_ name: String, _ options: [String], _ script: String, _ folder: String) throws -> Finished {
        let lines = Self.cases.map(\.typed).joined(separator: "\n") + "\n"
        try Data(lines.utf8).write(to: URL(fileURLWithPath: folder + "/cases"))
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/script"))
        let words = ([name] + options + ["./script", "<cases"]).joined(separator: " ")
        return try Finished.run("/bin/sh", ["-c", Self.setUp + "timeout 120 " + words, "sh", folder])
    }

    @Test func `what is completed are the commands and options that there are`() throws {
        let top = try Finished.run(MountedTree.program("dcmfs"), ["__complete", ""])
        for command in ["index", "mount", "export", "show", "doctor"] { #expect(top.output.contains("\n\(command)\t"), "\(command)") }
        #expect(!top.output.contains("\ndump\t"))
        let flags = try Finished.run(MountedTree.program("dcmfs"), ["__complete", "export", "-"])
        for flag in ["-r", "--recursive", "--force", "--update", "--as-mounted"] { #expect(flags.output.contains("\n\(flag)\t"), "\(flag)") }
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["__complete", "nonsense", ""]).output == "none\t\n")
    }
}
