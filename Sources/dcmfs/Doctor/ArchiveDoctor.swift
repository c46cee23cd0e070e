import DICOMArchive
import Glibc

/// Whether an archive can be mounted and its files be served.
struct ArchiveDoctor {
    let path: [UInt8]
    var isTrusted = false

    private var name: String { shownPath(path) }

    func examine() -> [Finding] {
        let examination: ArchiveExamination
        do throws(ArchiveError) {
            examination = try Archive.examine(path: path, isTrusted: isTrusted)
        } catch {
            return [.problem("archive", error.description, remedy: remedy(error.code))]
        }
        return [content(examination)] + [log(examination), place(examination), permissions(examination), copies(examination)].compactMap { $0 }
            + examination.roots.flatMap(root)
    }

    private func content(_ archive: ArchiveExamination) -> Finding {
        if let failure = archive.failure { return .problem(failure.code.rawValue, failure.description, remedy: remedy(failure.code)) }
        if let line = archive.damage.first {
            return .problem(
                "database", "\(name) is damaged: \(line)" + (archive.damage.count > 1 ? " (and \(archive.damage.count - 1) more)" : ""),
                remedy: "restore it from a copy, or remove it and run 'dcmfs index' on the same folders: no source is lost with it")
        }
        return .good("archive", "\(name): \(archive.instances) instances, schema \(archive.schema ?? 0), quick check passed")
    }

    private func remedy(_ code: ArchiveError.Code) -> String {
        switch code {
        case .noArchive, .badPath: "make one: dcmfs index \(name) FOLDER"
        case .newerVersion: "upgrade dcmfs, or make an archive of this version's: dcmfs index OTHER.db FOLDER"
        case .untrusted: "take it away from the others (chown, chmod), or say --trust-archive if you trust them; mounts of it need -o trust_archive"
        case .notAnArchive: "give the file that 'dcmfs index' made"
        case .unsealed: "run 'dcmfs status --close \(name)' where its folder can be written"
        case .locked: "wait for the other program, then look again"
        case .damagedRow, .database: "run 'dcmfs verify \(name)'; if it is damaged, index the same folders into a new archive"
        default: "run dcmfs as the archive's owner: the file is for its owner alone unless you changed that"
        }
    }

    private func log(_ archive: ArchiveExamination) -> Finding? {
        guard archive.failure == nil, archive.hasLog else { return nil }
        return .note(
            "log", "a write-ahead log lies beside the archive: it is in use, or the last index was killed",
            remedy: "none needed here; before moving it to read-only media run 'dcmfs status --close \(name)'")
    }

    private func place(_ archive: ArchiveExamination) -> Finding? {
        guard let kind = archive.networkFilesystem else { return nil }
        return .note(
            "place", "the archive lies on a network or user-space filesystem (\(kind)), where SQLite's locks may not work",
            remedy: "keep the archive on a local disk; the sources may stay where they are")
    }

    private func permissions(_ archive: ArchiveExamination) -> Finding? {
        guard archive.mode & 0o077 != 0 else { return nil }
        let mode = String(archive.mode, radix: 8)
        return .note("permissions", "other users may open the archive (mode \(mode)); it holds patient data", remedy: "run 'chmod 600 \(name)'")
    }

    private func copies(_ archive: ArchiveExamination) -> Finding? {
        let orphans = archive.orphans
        guard orphans.files > 0 else { return nil }
        return .note(
            "copies", "\(orphans.files) files (\(orphans.bytes) bytes) in the folder of copies belong to no entry: a run ended before it noted them",
            remedy: "repeat the 'dcmfs index --copy-to' that made them: it takes them up again")
    }

    private func root(_ root: ArchiveExamination.Root) -> [Finding] {
        let folder = shownPath(root.path)
        if let other = root.otherFolder {
            return [
                .problem(
                    "sources", other, remedy: "find out who exchanged it; if it is the right one: dcmfs relocate \(name) \(folder) \(folder)")
            ]
        }
        guard root.problem == 0 else {
            return [
                .problem(
                    "sources", "\(folder): \(String(cString: strerror(root.problem))); its \(root.sources) files answer I/O errors",
                    remedy: "mount the disk again, or tell where it is now: dcmfs relocate \(name) \(folder) NEW")
            ]
        }
        var findings: [Finding] = []
        if root.unavailable > 0 {
            findings.append(
                .problem(
                    "sources", "\(folder): \(root.unavailable) of \(root.sampled) files tried cannot be opened",
                    remedy: "check the permissions and the disk; 'dcmfs verify \(name)' names every file"))
        }
        if root.changed > 0 {
            findings.append(
                .problem(
                    "sources", "\(folder): \(root.changed) of \(root.sampled) files tried are not as they were indexed",
                    remedy: "run 'dcmfs index \(name) \(folder)'"))
        }
        if root.gone > 0 {
            findings.append(
                .note(
                    "gone", "\(folder): \(root.gone) of \(root.sources) files were not found by the last index and answer I/O errors",
                    remedy: "bring them back and index again, or drop them: dcmfs forget \(name) --gone"))
        }
        return findings.isEmpty ? [.good("sources", "\(folder): \(root.sources) files; \(root.sampled) tried, all as indexed")] : findings
    }
}
