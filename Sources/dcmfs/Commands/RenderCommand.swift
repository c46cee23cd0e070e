import ArgumentParser
import DICOM
import Glibc
import WorkerProtocol
import Workers

/// `dcmfs render FILE`
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Draw one frame of a DICOM file as PNG or JPEG.",
        discussion: "Without -o the picture goes to the current directory, named after the file, unless a file of that name is there.")

    @Argument(help: "DICOM file.")
    var file: String

    @Option(name: .shortAndLong, help: "Picture to write, .png or .jpg; - for a PNG on standard output.")
    var output: String?

    @Option(help: "Frame, counted from 1 (default: the representative frame).")
    var frame: Int?

    @Option(help: "CENTRE_WIDTH such as 40_400, 'auto' (from the values), or 'file' (what the file says, else auto).")
    var window: WindowArgument = .init(window: .fileOrAuto)

    @Option(help: "Draw overlays: on or off.")
    var overlays: Switch = .on

    @Flag(help: "Also print how the values become gray levels or colours.")
    var explain = false

    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

    func run() throws {
        do {
            try render()
        } catch {
            error.report()
            throw error.exitCode
        }
    }

    private func render() throws(CommandFailure) {
        let target = try PictureTarget(output, source: file)
        let document = try InputDocument(file)
        try target.check(against: document)
        let pool: WorkerPool
        do { pool = try WorkerLocation.makePool(count: 1) } catch { throw CommandFailure(error.description) }
        let description = try describe(document, pool)
        let request = PictureRequest(
            fileSize: document.size, frame: try frameIndex(description), format: target.format,
            settings: PictureSettings(window: window.window, overlays: overlays == .on), description: description,
            expectedSize: nil)
        try target.write(try ask { () throws(WorkerError) in try pool.picture(document.descriptor, request) })
        if explain {
            let lines = try ask { () throws(WorkerError) in try pool.explanation(document.descriptor, request) }
            try writeAll(lines, to: target.isStandardOutput ? STDERR_FILENO : STDOUT_FILENO)
        }
    }

    private func ask(_ body: () throws(WorkerError) -> [UInt8]) throws(CommandFailure) -> [UInt8] {
        do { return try body() } catch { throw CommandFailure("\(file): \(error.description)") }
    }

    /// What the header promises about the picture.
    private func describe(_ document: InputDocument, _ pool: WorkerPool) throws(CommandFailure) -> PictureDescription {
        switch pool.ingest([document.descriptor], sizes: [document.size]).first {
        case .success(.instance(let summary)):
            if let picture = summary.picture { return picture }
            throw CommandFailure("\(file): \(summary.pictureState == .none ? "no pixel data" : summary.pictureProblem)")
        case .success(.mediaDirectory): throw CommandFailure("\(file): a DICOMDIR has no picture")
        case .success(.setAside(let error)): throw CommandFailure("\(file): \(error.description)")
        case .failure(let failure): throw CommandFailure("\(file): \(failure.description)")
        case nil: throw CommandFailure("\(file): no answer")
        }
    }

    /// 0-based.
    private func frameIndex(_ description: PictureDescription) throws(CommandFailure) -> Int {
        guard let frame else { return description.representativeFrame }
        guard (1...description.frameCount).contains(frame) else {
            throw CommandFailure("\(file): frame \(frame) of \(description.frameCount)", code: 2)
        }
        return frame - 1
    }
}

/// The value of `--window`.
struct WindowArgument: ExpressibleByArgument {
    let window: PictureSettings.Window

    init(window: PictureSettings.Window) { self.window = window }

    init?(argument: String) {
        switch argument {
        case "auto": window = .auto
        case "file": window = .fileOrAuto
        default:
            let parts = argument.split(separator: "_", omittingEmptySubsequences: false).map { Double($0) }
            guard parts.count == 2, let center = parts[0], let width = parts[1], center.isFinite, width.isFinite, width > 0 else { return nil }
            window = .values(center: center, width: width)
        }
    }

    var defaultValueDescription: String { "file" }
}
