import DICOMArchive
import Foundation

/// Mounts that fstab and the units' configuration name, and whether root would use their archives.
struct ConfiguredMounts {
    var fstab = "/etc/fstab"
    var configuration = "/etc/dcmfs"

    /// Those that need `trust_archive` and do not say it: they worked with versions before it, and do not any more.
    func untrusted() -> [Finding] {
        // Who else mounts is another question, with other answers.
        guard getuid() == 0 else { return [] }
        return (fstabEntries() + unitEntries()).compactMap { entry in
            guard !entry.options.contains("trust_archive"), let reason = Archive.distrust(path: Array(entry.archive.utf8)) else { return nil }
            return .problem(
                "trust", "\(entry.place) mounts an archive that root does not use without being told to: \(reason)",
                remedy: "give it to root (chown root, chmod 600), or add trust_archive to its options if you trust everyone who can write it")
        }
    }

    private struct Entry {
        let place: String
        let archive: String
        let options: [Substring]
    }

    private func fstabEntries() -> [Entry] {
        lines(of: fstab).compactMap { line in
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard fields.count >= 4, !line.hasPrefix("#"), fields[2] == "fuse.dcmfs" || fields[2] == "dcmfs" else { return nil }
            return Entry(place: fstab, archive: Self.unescaped(String(fields[0])), options: fields[3].split(separator: ","))
        }
    }

    /// `NAME.conf` of `dcmfs-mount@NAME.service`.
    private func unitEntries() -> [Entry] {
        // Without the folder there are no units.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: configuration)) ?? []
        return names.filter { $0.hasSuffix(".conf") }.sorted().map { name in
            let file = configuration + "/" + name
            let values = lines(of: file)
            func value(_ key: String) -> String? {
                values.last { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)).trimmingCharacters(in: ["\"", "'", " "]) }
            }
            return Entry(
                place: file, archive: value("ARCHIVE") ?? "/var/lib/dcmfs/\(name.dropLast(5)).db",
                options: (value("MOUNT_OPTIONS") ?? "").split(separator: ",").map { $0 })
        }
    }

    private func lines(of path: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0.trimmingCharacters(in: [" ", "\t"]) }
    }

    /// fstab(5): spaces and tabs in a field are octal.
    private static func unescaped(_ text: String) -> String {
        ["\\040": " ", "\\011": "\t", "\\134": "\\"].reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
}
