import CLinux
import DICOM
import Glibc

/// Finds the files that a media directory's records name (PS3.10 section 8.5), below its own folder and nowhere else.
///
/// File IDs are compared with listed names without regard to case, ISO 9660 leftovers (`;1`, a trailing dot) and added
/// extensions; nothing of a record ever becomes part of a path that is opened.
package final class MediaReferences {
    /// How a name on the medium fits a File ID, best first.
    package enum Match: String, Comparable, Sendable {
        case exact, caseless, version, `extension`

        private var rank: Int {
            switch self {
            case .exact: 0
            case .caseless: 1
            case .version: 2
            case .extension: 3
            }
        }
        package static func < (a: Match, b: Match) -> Bool { a.rank < b.rank }
    }

    package enum Resolution: Hashable, Sendable {
        /// Path below the media directory's folder.
        case found(Match, path: [UInt8])
        case missing
        /// Empty, `.`, `..`, or a component with a slash or a NUL.
        case unsafe
    }

    private struct Entry {
        var name: [UInt8]
        var isFolder: Bool
        var isFile: Bool
    }
    private let open: ([UInt8]) -> CInt
    /// Entries of a folder by each form a File ID may name them in.
    private var folders: [[UInt8]: [[UInt8]: [Entry]]] = [:]

    /// `open` opens a folder, given by its path below the medium's folder, or gives a negative number.
    package init(open: @escaping ([UInt8]) -> CInt) { self.open = open }

    package func resolve(_ fileID: [[UInt8]]) -> Resolution {
        let components = fileID.map(FileName.trimmed)
        guard !components.isEmpty, components.allSatisfy(Self.isSafe) else { return .unsafe }
        var reached: [(path: [UInt8], match: Match)] = [([], .exact)]
        for (position, component) in components.enumerated() {
            let isLast = position == components.count - 1
            reached = reached.flatMap { from in
                candidates(component, in: from.path, isLast: isLast).map { (joinPath(from.path, $0.name), max(from.match, $0.match)) }
            }
            // A medium with many spellings of one folder is hostile.
            if reached.count > 16 { reached.removeLast(reached.count - 16) }
        }
        guard let best = reached.min(by: { ($0.match, $0.path.count) < ($1.match, $1.path.count) }) else { return .missing }
        return .found(best.match, path: best.path)
    }

    private static func isSafe(_ component: [UInt8]) -> Bool {
        !component.isEmpty && component != [0x2E] && component != [0x2E, 0x2E] && !component.contains(UInt8(ascii: "/")) && !component.contains(0)
    }

    private func candidates(_ component: [UInt8], in folder: [UInt8], isLast: Bool) -> [(name: [UInt8], match: Match)] {
        let entries = listing(folder)[asciiLowered(component)] ?? []
        return entries.filter { isLast ? $0.isFile : $0.isFolder }.compactMap { entry in
            let match = Self.match(entry.name, component)
            return match == .extension && !isLast ? nil : (entry.name, match)
        }.sorted { ($0.match, $0.name.count) < ($1.match, $1.name.count) }
    }

    private static func match(_ name: [UInt8], _ component: [UInt8]) -> Match {
        if name == component { return .exact }
        let wanted = asciiLowered(component)
        if asciiLowered(name) == wanted { return .caseless }
        return asciiLowered(withoutVersion(name)) == wanted ? .version : .extension
    }

    private func listing(_ folder: [UInt8]) -> [[UInt8]: [Entry]] {
        if let known = folders[folder] { return known }
        var index: [[UInt8]: [Entry]] = [:]
        let descriptor = open(folder)
        if descriptor >= 0 {
            defer { closeDescriptor(descriptor) }
            if let listing = try? DirectoryListing(descriptor: descriptor) {
                for position in 0..<listing.count { Self.add(listing, position, to: &index) }
            }
        }
        folders[folder] = index
        return index
    }

    private static func add(_ listing: DirectoryListing, _ position: Int, to index: inout [[UInt8]: [Entry]]) {
        let kind = listing.kind(position)
        let name = listing.name(position)
        let entry = Entry(name: name, isFolder: kind == .folder || kind == .unknown, isFile: kind == .file || kind == .unknown)
        var forms: Set<[UInt8]> = [asciiLowered(name), asciiLowered(withoutVersion(name))]
        if let base = withoutExtension(name) { forms.insert(asciiLowered(base)) }
        for form in forms { index[form, default: []].append(entry) }
    }

    /// `NAME.;1`, `NAME;1` and `NAME.` are `NAME` (ISO 9660).
    private static func withoutVersion(_ name: [UInt8]) -> [UInt8] {
        var name = name[...]
        if let semicolon = name.lastIndex(of: UInt8(ascii: ";")), semicolon + 1 < name.endIndex,
            name[(semicolon + 1)...].allSatisfy({ $0 >= 48 && $0 <= 57 })
        {
            name = name[..<semicolon]
        }
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        return Array(name)
    }

    private static func withoutExtension(_ name: [UInt8]) -> [UInt8]? {
        let lowered = asciiLowered(name)
        for suffix in [".dcm", ".ima", ".img"] where lowered.count > 4 && lowered.suffix(4).elementsEqual(suffix.utf8) {
            return Array(name.dropLast(4))
        }
        return nil
    }
}

private func asciiLowered(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
}

extension MediaReferences {
    /// What is wrong with a media directory: its own damage, references to nothing, references out of the medium.
    static func problems(of media: MediaDirectorySummary, in folder: IndexedFolder) -> [(reason: String, at: Int64, message: [UInt8])] {
        var problems = media.problems.map { problem in
            (reason: "dicomdir-\(problem.code.rawValue)", at: Int64(problem.offset), message: Array(problem.message.utf8))
        }
        let references = base(of: media, in: folder)
        for reference in media.references {
            let name = Array(reference.fileID.joined(separator: [UInt8(ascii: "/")]))
            switch references.resolve(reference.fileID) {
            case .found: continue
            case .missing: problems.append((reason: "dicomdir-missing", at: -1, message: Array("names a file that is not there: ".utf8) + name))
            case .unsafe: problems.append((reason: "dicomdir-unsafe", at: -1, message: Array("names a path that is not followed: ".utf8) + name))
            }
        }
        return problems
    }
}

extension MediaReferences {
    /// References that are tried to find out which folder a media directory names its files from.
    private static let triedReferences = 32
    private static let triedAncestors = 8

    /// Where the File IDs of a media directory begin: its own folder, which is the root of a file-set or a copy of one. A directory
    /// file of the older kind may lie deeper and still names its files from the file-set's root (PS3.10 section 8.2): so where
    /// its own folder holds none of them, the nearest folder above that holds any.
    private static func base(of media: MediaDirectorySummary, in folder: IndexedFolder) -> MediaReferences {
        func references(from path: [UInt8]) -> MediaReferences {
            MediaReferences { openFolder(folder.root, joinPath(path, $0)) }
        }
        let own = references(from: folder.path)
        var path = folder.path
        var candidate = own
        for _ in 0..<triedAncestors {
            let isBase = media.references.prefix(triedReferences).contains { reference in
                if case .found = candidate.resolve(reference.fileID) { true } else { false }
            }
            if isBase { return candidate }
            guard !path.isEmpty else { break }
            path = path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[..<$0]) } ?? []
            candidate = references(from: path)
        }
        return own
    }
}

/// Opens a folder below a root for listing; never through a symbolic link. A descriptor or -errno.
func openFolder(_ root: OpenRoot, _ path: [UInt8]) -> CInt {
    withCString(path.isEmpty ? [UInt8(ascii: ".")] : path) {
        clinux_open_beneath(root.descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    }
}
