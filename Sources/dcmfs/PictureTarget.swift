import Glibc
import WorkerProtocol

/// Where `dcmfs render` and `dcmfs thumbnail` write; never over the source.
struct PictureTarget {
    let path: String
    let format: PictureRequest.Format
    let isStandardOutput: Bool
    /// The user gave no name: nothing that exists is replaced.
    private let isDefault: Bool
    /// A file that is there is written into, not replaced: tumbler reads what comes by the descriptor with which it made the file.
    private let isInPlace: Bool

    /// - Parameter output: a path ending in `.png`, `.jpg` or `.jpeg`, `-`, or nil for a name made from `source`'s.
    init(_ output: String?, source: String) throws(CommandFailure) {
        isDefault = output == nil
        isStandardOutput = output == "-"
        isInPlace = false
        path = output ?? Self.defaultName(source)
        switch path.lowercased() {
        case "-": format = .compressedPNG
        case let name where name.hasSuffix(".png"): format = .compressedPNG
        case let name where name.hasSuffix(".jpg") || name.hasSuffix(".jpeg"): format = .plainJPEG
        default: throw CommandFailure("\(path): the name must end in .png or .jpg", code: 2)
        }
    }

    /// A PNG under a name, often in a file, that somebody else made up.
    init(png path: String) {
        self.path = path
        format = .compressedPNG
        isStandardOutput = false
        isDefault = false
        isInPlace = true
    }

    func check(against source: InputDocument) throws(CommandFailure) {
        if isStandardOutput { return }
        if source.isSameFile(as: path) { throw CommandFailure("\(path): is the source itself", code: 2) }
        if isDefault, access(path, F_OK) == 0 { throw CommandFailure("\(path) exists; give a name with -o") }
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        if isStandardOutput { return try writeAll(bytes, to: STDOUT_FILENO) }
        if isInPlace, access(path, F_OK) == 0 { return try overwrite(bytes) }
        // Beside the target, then renamed: no reader ever sees half a picture.
        let temporary = path + ".\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        do throws(CommandFailure) {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw CommandFailure("\(path): \(reason)")
        }
    }

    /// Leaves the file empty when it cannot hold the whole picture.
    private func overwrite(_ bytes: [UInt8]) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        do { try writeAll(bytes, to: descriptor) } catch {
            _ = ftruncate(descriptor, 0)
            throw error
        }
    }

    private static func defaultName(_ source: String) -> String {
        let name = source.split(separator: "/").last ?? "picture"
        let isNamed = name.lowercased().hasSuffix(".dcm") && name.count > 4
        return (isNamed ? name.dropLast(4) : name) + ".png"
    }
}
