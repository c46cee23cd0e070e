import ArgumentParser
import Glibc
import Workers

/// `dcmfs header FILE...`
struct HeaderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "header", abstract: "Print the header of DICOM files as text or JSON.",
        discussion: """
            The text is the one that a mount shows as .txt: one element per line, with its path, tag and value representation. \
            Several files are each preceded by a line with the name.
            """)

    @Argument(help: "DICOM files.", completion: .file())
    var files: [String]

    @Flag(help: "Print the DICOM JSON model (PS3.18 Annex F): an object, or an array for several files.")
    var json = false

    func run() throws {
        do {
            let pool = try makePool()
            if try json ? printJSON(pool) : printText(pool) { return }
            throw ExitCode(1)
        } catch let failure as CommandFailure {
            failure.report()
            throw failure.exitCode
        }
    }

    private func makePool() throws(CommandFailure) -> WorkerPool {
        do { return try WorkerLocation.makePool(count: 1) } catch { throw CommandFailure(error.description) }
    }

    /// False when a file failed; the others are printed all the same.
    private func printText(_ pool: WorkerPool) throws(CommandFailure) -> Bool {
        var isComplete = true
        for (index, name) in files.enumerated() {
            guard let text = attempt(name, { document throws(WorkerError) in try pool.headerText(document.descriptor, size: document.size) })
            else {
                isComplete = false
                continue
            }
            let title = files.count > 1 ? Array("\(index > 0 ? "\n" : "")==> \(shownPath(Arguments.bytes(name))) <==\n".utf8) : []
            try writeAll(title + text, to: STDOUT_FILENO)
        }
        return isComplete
    }

    private func printJSON(_ pool: WorkerPool) throws(CommandFailure) -> Bool {
        var objects: [[UInt8]] = []
        for name in files {
            let object = attempt(name) { document throws(WorkerError) in
                try pool.headerJSON(document.descriptor, size: document.size, bulkDataURI: "file:" + Self.escaped(name))
            }
            if let object { objects.append(object) }
        }
        if files.count == 1 {
            for object in objects { try writeAll(object, to: STDOUT_FILENO) }
        } else {
            let array = Array("[".utf8) + objects.joined(separator: Array(",".utf8)) + Array("]\n".utf8)
            try writeAll(array, to: STDOUT_FILENO)
        }
        return objects.count == files.count
    }

    /// One file; its failure is reported, not thrown.
    private func attempt(_ name: String, _ body: (InputDocument) throws(WorkerError) -> [UInt8]) -> [UInt8]? {
        do throws(CommandFailure) {
            let document = try InputDocument(name)
            do { return try body(document) } catch { throw CommandFailure("\(document.shownName): \(error.description)") }
        } catch {
            error.report()
            return nil
        }
    }

    /// A path as part of a URI (RFC 3986): everything but unreserved characters and `/` as %XX.
    static func escaped(_ path: String) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in Arguments.bytes(path) {
            let isPlain = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            if isPlain || "-._~/".utf8.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
