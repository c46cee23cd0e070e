import DICOMArchive
import Glibc
import WorkerProtocol

/// Where `dcmfs render` and `dcmfs thumbnail` write; never over the source.
struct PictureTarget {
    /// As the user wrote it.
    let path: String
    private let file: [UInt8]
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
        file = Arguments.bytes(path)
        switch path.lowercased() {
        case "-": format = .compressedPNG
        case let name where name.hasSuffix(".png"): format = .compressedPNG
        case let name where name.hasSuffix(".jpg") || name.hasSuffix(".jpeg"): format = .plainJPEG
        default: throw CommandFailure("\(shownPath(file)): the name must end in .png or .jpg", code: 2)
        }
    }

    /// A PNG under a name, often in a file, that somebody else made up.
    init(png path: String) {
        self.path = path
        file = Arguments.bytes(path)
        format = .compressedPNG
        isStandardOutput = false
        isDefault = false
        isInPlace = true
    }

    func check(against source: InputDocument) throws(CommandFailure) {
        if isStandardOutput { return }
        if source.isSameFile(as: path) { throw CommandFailure("\(shownPath(file)): is the source itself", code: 2) }
        if isDefault, exists { throw CommandFailure("\(shownPath(file)) exists; give a name with -o") }
        if isInPlace, exists, try !mayBeReplaced() {
            throw CommandFailure("\(shownPath(file)): is no picture, and is not written over", code: 2)
        }
    }

    private var exists: Bool { access(Self.cPath(file), F_OK) == 0 }

    /// Empty, a PNG, or a device. Everything else is somebody's file: a second DICOM file, for one, where two were named.
    private func mayBeReplaced() throws(CommandFailure) -> Bool {
        let descriptor = open(Self.cPath(file), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure }
        if status.st_mode & S_IFMT != S_IFREG || status.st_size == 0 { return true }
        var start = [UInt8](repeating: 0, count: 8)
        return read(descriptor, &start, start.count) == start.count && start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    }

    private var failure: CommandFailure { CommandFailure("\(shownPath(file)): \(String(cString: strerror(errno)))") }

    private static func cPath(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        if isStandardOutput { return try writeAll(bytes, to: STDOUT_FILENO) }
        if isInPlace, exists { return try overwrite(bytes) }
        // Beside the target, then renamed: no reader ever sees half a picture.
        let temporary = Self.cPath(file + Array(".\(getpid()).part".utf8))
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure }
        do throws(CommandFailure) {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, Self.cPath(file)) == 0 else {
            let failure = failure
            unlink(temporary)
            throw failure
        }
    }

    /// Leaves the file empty when it cannot hold the whole picture.
    private func overwrite(_ bytes: [UInt8]) throws(CommandFailure) {
        let descriptor = open(Self.cPath(file), O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure }
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
