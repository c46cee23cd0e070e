import Glibc

/// The shared corpus of DICOM files and its tables, where it is present.
package enum Corpus {
    /// The project's root: the folder with Package.swift.
    package static let projectRoot: String = {
        var parts = #filePath.split(separator: "/")
        while !parts.isEmpty {
            parts.removeLast()
            let folder = "/" + parts.joined(separator: "/")
            if access(folder + "/Package.swift", F_OK) == 0 { return folder }
        }
        return "."
    }()

    /// The corpus beside the project, nil (with a visible message) where it is absent.
    package static let folder: String? = found("../shared/corpus", "MANIFEST.tsv")
    /// The archive of malformed files.
    package static let hostileArchive: String? = found("../shared/corpus-hostile", "dicom-fuzzing-corpus-v3.tar.xz").map {
        $0 + "/dicom-fuzzing-corpus-v3.tar.xz"
    }

    private static func found(_ relative: String, _ marker: String) -> String? {
        let folder = projectRoot + "/" + relative
        if access(folder + "/" + marker, R_OK) == 0 { return folder }
        print("corpus not found at \(relative), tests that need it are skipped")
        return nil
    }

    package static var isPresent: Bool { folder != nil }

    /// Rows of one of the tables, by column name. Empty where the corpus is absent.
    package static func table(_ name: String) -> [[String: String]] {
        guard let folder else { return [] }
        let text = String(decoding: bytes(folder + "/" + name), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard !lines.isEmpty else { return [] }
        let columns = lines.removeFirst().split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        return lines.map { line in
            var row: [String: String] = [:]
            for (column, value) in zip(columns, line.split(separator: "\t", omittingEmptySubsequences: false)) { row[column] = String(value) }
            return row
        }
    }

    /// The whole of a corpus file.
    package static func file(_ path: String) -> [UInt8] { folder.map { bytes($0 + "/" + path) } ?? [] }

    /// The whole of any file; empty where it cannot be read.
    package static func bytes(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got <= 0 { break }
                count += got
            }
        }
    }
}
