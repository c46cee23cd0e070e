import DICOMArchive
import Glibc
import WorkerProtocol

/// Where `dcmfs render` and `dcmfs thumbnail` write; never over the source, and over nothing but pictures.
struct PictureTarget {
    /// As the user wrote it.
    let path: String
    private let file: [UInt8]
    let format: PictureRequest.Format
    let isStandardOutput: Bool
    /// A picture that is there may be replaced.
    private let replaces: Bool
    /// A file that is there is written into, not replaced: tumbler reads what comes by the descriptor with which it made the file.
    private let isInPlace: Bool

    /// - Parameter output: a path ending in `.png`, `.jpg` or `.jpeg`, `-`, or nil for a name made from `source`'s.
    init(_ output: String?, source: String, replaces: Bool) throws(CommandFailure) {
        self.replaces = replaces
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
        replaces = true
        isInPlace = true
    }

    func check(against source: InputDocument) throws(CommandFailure) {
        if isStandardOutput { return }
        if source.isSameFile(as: path) { throw CommandFailure("\(shownPath(file)): is the source itself", code: 2) }
        guard exists else { return }
        if !replaces { throw CommandFailure("\(shownPath(file)): exists; replace it with --force, or give another name with -o") }
        let descriptor = open(Self.cPath(file), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        try checkIsPicture(descriptor)
    }

    private var exists: Bool { access(Self.cPath(file), F_OK) == 0 }

    /// Empty, a picture, or a device. Everything else is somebody's file: a second DICOM file, for one, where two were named.
    private func checkIsPicture(_ descriptor: CInt) throws(CommandFailure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure }
        if status.st_mode & S_IFMT != S_IFREG || status.st_size == 0 { return }
        var start = [UInt8](repeating: 0, count: 132)
        let count = max(0, pread(descriptor, &start, start.count, 0))
        // A DICOM file's preamble may begin as a picture does (PS3.10 7.1).
        let isPicture = Self.pictureStarts.contains { start[..<count].starts(with: $0) } && !start[128...].elementsEqual("DICM".utf8)
        if !isPicture { throw CommandFailure("\(shownPath(file)): is no picture, and is not written over", code: 2) }
    }

    /// PNG and JPEG.
    private static let pictureStarts: [[UInt8]] = [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF]]

    private var failure: CommandFailure { CommandFailure("\(shownPath(file)): \(String(cString: strerror(errno)))") }

    private static func cPath(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        if isStandardOutput { return try writeAll(bytes, to: STDOUT_FILENO) }
        if isInPlace, exists { return try overwrite(bytes) }
        let new = try DiskFile(beside: file)
        do throws(CommandFailure) {
            try writeAll(bytes, to: new.descriptor)
            try new.finish(as: file, replaces: replaces)
        } catch {
            new.discard()
            throw error
        }
        DiskFile.syncFolder(of: file)
    }

    /// Leaves the file empty when it cannot hold the whole picture. Another file may stand there by now: what is open is looked at.
    private func overwrite(_ bytes: [UInt8]) throws(CommandFailure) {
        let descriptor = open(Self.cPath(file), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        try checkIsPicture(descriptor)
        // A pipe may be slower than we are.
        _ = fcntl(descriptor, F_SETFL, 0)
        // Devices have no length.
        _ = ftruncate(descriptor, 0)
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
