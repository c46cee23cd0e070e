import ArgumentParser
import DICOM
import WorkerProtocol
import Workers

/// `dcmfs thumbnail [-s SIZE] INPUT OUTPUT`: what a file manager calls (freedesktop.org thumbnailer entry).
struct ThumbnailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thumbnail", abstract: "Draw a small PNG of a DICOM file, as file managers ask for it.",
        discussion: """
            Exit codes: 0 drawn; 1 there is no picture, and a file manager shows its icon for the type; 2 usage.
            """)

    @Option(name: .shortAndLong, help: "Longest side in pixels, at most.")
    var size: Int = 128

    @Option(help: "What the file manager calls the file; noted in the PNG. Made from the path when it is not given.")
    var uri: String?

    @Argument(help: "DICOM file.", completion: .file())
    var input: String

    @Argument(help: "PNG to write; one that is there is overwritten, and so is an empty file, nothing else.", completion: .file())
    var output: String

    func validate() throws {
        if !PictureSettings.longestSides.contains(size) {
            throw ValidationError("--size takes 1 to \(PictureSettings.longestSides.upperBound)")
        }
    }

    func run() throws {
        try ArchiveAccess.reporting(draw)
    }

    private func draw() throws(CommandFailure) {
        let document = try InputDocument(input)
        let target = PictureTarget(png: output)
        try target.check(against: document)
        let pool: WorkerPool
        do { pool = try WorkerLocation.makePool(count: 1) } catch { throw CommandFailure(error.description) }
        let (description, isIcon) = try document.describePicture(pool, takingIcon: true)
        var request = PictureRequest(
            fileSize: document.size, frame: description.representativeFrame, format: .compressedPNG,
            settings: PictureSettings(longestSide: size), description: description, expectedSize: nil)
        request.isIcon = isIcon
        let bytes: [UInt8]
        do { bytes = try pool.picture(document.descriptor, request) } catch { throw CommandFailure("\(document.shownName): \(error.description)") }
        try target.write(ThumbnailTexts(of: document, uri: uri).inserted(into: bytes))
    }
}
