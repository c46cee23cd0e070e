import ArgumentParser
import DICOM
import DICOMTree
import Glibc
import WorkerProtocol
import Workers

/// `dcmfs render FILE`
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Draw one frame of a DICOM file as PNG or JPEG.",
        discussion: """
            Without -o the picture goes to the current directory, named after the file.

            \(OverwritingRule.text) Nothing but a picture is ever replaced by one.
            """)

    @Argument(help: "DICOM file.", completion: .file())
    var file: String

    @Option(name: .shortAndLong, help: "Picture to write, .png or .jpg; - for a PNG on standard output.", completion: .file())
    var output: String?

    @Option(help: "Frame, counted from 1 (default: the representative frame).")
    var frame: Int?

    // Unconditional: a centre may be negative, and then looks like an option.
    @Option(
        parsing: .unconditional,
        help: """
            CENTRE_WIDTH such as 40_400 or -600_1500, a preset for CT (abdomen, bone, brain, lung, mediastinum), 'auto' (from the values), \
            'file2' (the file's second), or 'file' (what the file says, else auto).
            """, completion: .list(TreeSettings.windowWords))
    var window: WindowArgument = .init(window: .fileOrAuto)

    @Option(help: "Longest side in pixels, at most.")
    var size: Int?

    @Option(help: "Pixels that are not square: square to resample them, stored to keep the matrix.")
    var pixels: PixelShape = .square

    @Option(help: "Draw overlays: on or off.")
    var overlays: Switch = .on

    @Option(help: "Settings as below /with in a mount, such as window=lung,size=256; instead of the options above.", completion: .list(TreeSettings.words))
    var with: SettingsArgument?

    @Flag(help: "Replace a picture that exists.")
    var force = false

    @Flag(help: "Also print how the values become gray levels or colours.")
    var explain = false

    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }
    enum PixelShape: String, ExpressibleByArgument, CaseIterable { case square, stored }

    func run() throws {
        do {
            try render()
        } catch {
            error.report()
            throw error.exitCode
        }
    }

    private func render() throws(CommandFailure) {
        let target = try PictureTarget(output, source: file, replaces: force)
        let document = try InputDocument(file)
        try target.check(against: document)
        let pool: WorkerPool
        do { pool = try WorkerLocation.makePool(count: 1) } catch { throw CommandFailure(error.description) }
        var description = try document.describePicture(pool).description
        if frame != nil { description = description.ofFrames }
        let request = PictureRequest(
            fileSize: document.size, frame: try frameIndex(description), format: target.format,
            settings: settings, description: description,
            expectedSize: nil)
        try target.write(try ask { () throws(WorkerError) in try pool.picture(document.descriptor, request) })
        if explain {
            let lines = try ask { () throws(WorkerError) in try pool.explanation(document.descriptor, request) }
            try writeAll(lines, to: target.isStandardOutput ? STDERR_FILENO : STDOUT_FILENO)
        }
    }

    func validate() throws {
        if let size, !PictureSettings.longestSides.contains(size) {
            throw ValidationError("--size takes 1 to \(PictureSettings.longestSides.upperBound)")
        }
    }

    private var settings: PictureSettings {
        with?.settings.picture ?? PictureSettings(
            window: window.window, overlays: overlays == .on, longestSide: size, squarePixels: pixels == .square)
    }

    private func ask(_ body: () throws(WorkerError) -> [UInt8]) throws(CommandFailure) -> [UInt8] {
        do { return try body() } catch { throw CommandFailure("\(shownPath(Arguments.bytes(file))): \(error.description)") }
    }

    /// 0-based.
    private func frameIndex(_ description: PictureDescription) throws(CommandFailure) -> Int {
        guard let frame else { return description.representativeFrame }
        guard (1...description.frameCount).contains(frame) else {
            throw CommandFailure("\(shownPath(Arguments.bytes(file))): frame \(frame) of \(description.frameCount)", code: 2)
        }
        return frame - 1
    }
}

/// The value of `--window`.
struct WindowArgument: ExpressibleByArgument {
    let window: PictureSettings.Window

    init(window: PictureSettings.Window) { self.window = window }

    init?(argument: String) {
        guard let window = TreeSettings.window(argument[...]) else { return nil }
        self.window = window
    }

    var defaultValueDescription: String { "file" }
}

/// The value of `--with`.
struct SettingsArgument: ExpressibleByArgument {
    let settings: TreeSettings

    init?(argument: String) {
        guard let settings = TreeSettings(Array(argument.utf8)) else { return nil }
        self.settings = settings
    }
}
