import DICOMArchive
import DICOMTree
import FUSE
import Glibc

/// What `-o` says.
struct MountOptions {
    var session = SessionConfiguration()
    var tree = TreeOptions()
    var allowsNonEmpty = false
    /// Whether the archive is used although others may have written it.
    var trustsArchive = false
    /// Nil unless asked for.
    var cacheFolder: CacheFolder? { cacheName.map { CacheFolder(name: $0, bytes: cacheFolderBytes) } }
    private var cacheName: String?
    private var cacheFolderBytes = CacheFolder.defaultBytes
    /// One worker process for one file.
    private(set) var isolates = false
    private var owner = getuid()
    private var group = getgid()
    private var hasGroup = false
    private var mask: UInt32?
    private var views: [String] = []
    /// Nil unless asked for.
    private var strictness: SourceStrictness?

    /// Throws a usage error that lists what there is.
    init(_ texts: [String]) throws(MountError) {
        for word in MountWords.split(texts) where !MountWords.isIgnored(word) {
            // mount(8) says it for `defaults`; there mount.fuse.dcmfs leaves it out.
            guard word.key != "rw" else { throw MountError(.usage, "-o rw: a mount shows files and never takes any; leave it out") }
            guard let option = Self.table.first(where: { $0.key == word.key }) else {
                throw MountError(.usage, "unknown option -o \(word.key); there are:\n\(Self.help)")
            }
            guard (word.value != nil) == (option.form != nil), option.apply(&self, word.value ?? "") else {
                throw MountError(.usage, "-o \(word.key) takes \(option.form.map { "the form \(option.key)=\($0)" } ?? "no value")")
            }
        }
        // What root lets others see must be what was indexed: who owns a folder of sources may put other files into it.
        tree.strictness = strictness ?? (geteuid() == 0 && session.allowOther ? .whereKept : .sizeAndTime)
        do { tree.userViews = try UserViews.load(views) } catch { throw MountError(.usage, error.description) }
    }

    /// Owner-only unless others are let in, or are spoken of: these are patient data. Writable for the owner, although nothing can
    /// be written here, because copies get these modes: who made a copy must be able to change and to delete it.
    var ownership: TreeFilesystem.Ownership {
        let mask = mask ?? (session.allowOther ? 0 : hasGroup ? 0o027 : 0o077)
        return TreeFilesystem.Ownership(owner: owner, group: group, directoryMode: 0o755 & ~mask, fileMode: 0o644 & ~mask)
    }

    private struct Option: Sendable {
        let key: String
        /// What stands behind `=`; nil for a word alone.
        let form: String?
        let explanation: String
        /// False when the value makes no sense.
        let apply: @Sendable (inout MountOptions, String) -> Bool
    }

    /// One line an option.
    private static let table: [Option] = [
        Option(key: "show", form: "dcm+png+jpg+txt", explanation: "kinds of file to show") { $0.show($1) },
        Option(key: "views", form: "FILE|nbia|idc|orthanc", explanation: "further views, of a file or of another program's layout") {
            options, value in
            options.views.append(value)
            return true
        },
        Option(key: "cache_size", form: "BYTES[K|M|G]", explanation: "memory for rendered files, 256M by default") { options, value in
            bytes(value).map { options.tree.cacheBytes = $0 } != nil
        },
        Option(key: "cache_dir", form: "DIR", explanation: "keep pictures that were costly to make in DIR, for later mounts; they show patients") {
            options, value in
            options.cacheName = value
            return !value.isEmpty
        },
        Option(key: "cache_dir_size", form: "BYTES[K|M|G]", explanation: "what DIR may hold, 1G by default") { options, value in
            bytes(value).map { options.cacheFolderBytes = $0 } != nil
        },
        Option(
            key: "strict", form: nil,
            explanation: "serve a source only with the ctime and inode of the index, too (default for root with allow_other)"
        ) { options, _ in
            options.strictness = .always
            return true
        },
        Option(key: "nostrict", form: nil, explanation: "serve a source with the size and mtime of the index") { options, _ in
            options.strictness = .sizeAndTime
            return true
        },
        Option(key: "isolate", form: nil, explanation: "a worker process of its own for every file, for sources nobody trusts") { options, _ in
            options.isolates = true
            return true
        },
        Option(key: "allow_other", form: nil, explanation: "let other users in (modes 0755 and 0644 minus umask)") { options, _ in
            options.session.allowOther = true
            return true
        },
        Option(key: "uid", form: "N|NAME", explanation: "owner of everything") { options, value in
            AccountName.user(value).map { options.owner = $0 } != nil
        },
        Option(key: "gid", form: "N|NAME", explanation: "group of everything (modes 0750 and 0640 unless umask says otherwise)") {
            options, value in
            options.hasGroup = true
            return AccountName.group(value).map { options.group = $0 } != nil
        },
        Option(key: "umask", form: "OCTAL", explanation: "permissions to take away from 0755 and 0644") { options, value in
            UInt32(value, radix: 8).map { options.mask = $0 & 0o777 } != nil
        },
        Option(key: "mtime", form: "source|study", explanation: "times of files: of the source (default), or Study Date and Time") {
            options, value in
            TreeOptions.Times(rawValue: value).map { options.tree.times = $0 } != nil
        },
        Option(key: "xattr", form: nil, explanation: "what the index knows as extended attributes, user.dicom.PatientID and others") {
            options, _ in
            options.session.extendedAttributes = true
            return true
        },
        Option(key: "passthrough", form: nil, explanation: "let the kernel read .dcm files by itself (libfuse 3.17, Linux 6.9, root)") {
            options, _ in
            options.session.passthrough = true
            return true
        },
        Option(key: "readdirplus", form: "auto|always|never", explanation: "attributes with listings") { options, value in
            ReaddirPlus(rawValue: value).map { options.session.readdirplus = $0 } != nil
        },
        Option(key: "entry_timeout", form: "SECONDS", explanation: "how long the kernel keeps names, 1 by default") { options, value in
            seconds(value).map { options.session.timeouts.entry = $0 } != nil
        },
        Option(key: "attr_timeout", form: "SECONDS", explanation: "how long the kernel keeps attributes, 1 by default") { options, value in
            seconds(value).map { options.session.timeouts.attributes = $0 } != nil
        },
        Option(key: "trust_archive", form: nil, explanation: "use an archive that others can write or that lies on read-only media") { options, _ in
            options.trustsArchive = true
            return true
        },
        Option(key: "nonempty", form: nil, explanation: "mount over a folder that is not empty") { options, _ in
            options.allowsNonEmpty = true
            return true
        },
        Option(key: "debug", form: nil, explanation: "stay in front and print every request") { options, _ in
            options.session.isDebugging = true
            return true
        },
    ]

    static var help: String {
        table.map { option in
            let form = option.key + (option.form.map { "=\($0)" } ?? "")
            return "  " + form + String(repeating: " ", count: max(2, 30 - form.count)) + option.explanation
        }.joined(separator: "\n")
    }

    /// What may stand behind `-o`, with the values that are words.
    static var completions: [String] {
        let words = table.flatMap { option in
            guard let form = option.form else { return [option.key] }
            let values = option.key == "show" ? VirtualTree.renditions.map(\.label) : form.split(separator: "|").map(String.init)
            return [option.key + "="] + values.filter { $0 == $0.lowercased() && $0 != form }.map { option.key + "=" + $0 }
        }
        return words + ["help", "ro"]
    }

    /// The options whose value is a path.
    static func filesBehind(_ key: String) -> Completer.Files? {
        switch key {
        case "cache_dir=": .folders
        case "views=": .files
        default: nil
        }
    }

    private mutating func show(_ value: String) -> Bool {
        let labels = Set(value.split(separator: "+").map(String.init))
        guard !labels.isEmpty, labels.isSubset(of: Set(VirtualTree.renditions.map(\.label))) else { return false }
        tree.shown = labels
        return true
    }

    private static func bytes(_ text: String) -> Int? {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = text.last.flatMap { units[Character($0.uppercased())] }
        guard let number = Int(unit == nil ? text[...] : text.dropLast()), number >= 0 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        return overflow ? nil : product
    }

    private static func seconds(_ text: String) -> Double? {
        guard let value = Double(text), value >= 0, value <= 1e6 else { return nil }
        return value
    }
}
