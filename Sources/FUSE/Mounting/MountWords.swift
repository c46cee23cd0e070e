/// The words of `-o a,b=c`: split, and those that belong to mount(8), systemd and fstab(5) told apart.
package enum MountWords {
    package struct Word: Hashable, Sendable {
        package let key: String
        /// Nil where there is no `=`.
        package let value: String?
    }

    /// Commas separate, a backslash takes the next character as it is; empty words do not count.
    package static func split(_ texts: [String]) -> [Word] {
        texts.flatMap { text in
            var words: [String] = [""]
            var isEscaped = false
            for character in text {
                if isEscaped || (character != "," && character != "\\") {
                    words[words.count - 1].append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else {
                    words.append("")
                }
            }
            return words.filter { !$0.isEmpty }.map(Word.init)
        }
    }

    /// Words that are for others, or that say what is always so: accepted, without effect.
    package static func isIgnored(_ word: Word) -> Bool {
        ignored.contains(word.key) || word.key.hasPrefix("x-") || word.key.hasPrefix("X-")
    }

    private static let ignored: Set<String> = [
        "ro", "defaults", "auto", "noauto", "user", "users", "nouser", "nousers", "owner", "noowner", "group", "nogroup",
        "nofail", "_netdev", "comment", "uhelper", "helper", "silent", "loud", "iversion", "noiversion", "mand", "nomand",
        "dev", "nodev", "suid", "nosuid", "exec", "noexec", "sync", "async", "dirsync", "atime", "noatime", "diratime", "nodiratime",
        "relatime", "norelatime", "strictatime", "nostrictatime", "lazytime", "nolazytime", "default_permissions", "fsname", "subtype",
    ]
}

extension MountWords.Word {
    fileprivate init(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        key = parts.first.map(String.init) ?? ""
        value = parts.count > 1 ? String(parts[1]) : nil
    }
}
