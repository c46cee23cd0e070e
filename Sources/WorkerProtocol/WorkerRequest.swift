package import DICOM

/// What dcmfs asks of a worker. Descriptors travel beside the message, one per size.
package enum WorkerRequest: Hashable, Sendable {
    /// Sizes in bytes of up to 64 files. Answer: `IngestReply`.
    case ingest(sizes: [Int])
    /// Answer: the bytes of the header text, in the format that the index measured; as many as were promised where that is known.
    case headerText(size: Int, format: HeaderText.Format, promised: Int? = nil)
    /// Sizes of up to 64 files with short texts, a format and the longest text that is taken for each. Answer: `HeaderTextsReply`.
    case headerTexts(sizes: [Int], formats: [HeaderText.Format], longest: [Int])
    /// Answer: the bytes of the DICOM JSON model.
    case headerJSON(size: Int, bulkDataURI: String)
    /// Answer: the bytes of the picture.
    case picture(PictureRequest)
    /// Answer: lines for people that say how the default rendering of a frame comes about.
    case explanation(PictureRequest)
    /// Where the frames of an encapsulated image lie. Answer: `FrameRangesReply`.
    case frameRanges(size: Int)
    /// Which transfer syntaxes the worker decodes. Answer: `FormatsReply`.
    case formats
    case test(TestCommand)

    /// Descriptors that belong to the request.
    package var descriptorCount: ClosedRange<Int> {
        switch self {
        case .ingest(let sizes), .headerTexts(let sizes, _, _): sizes.count...sizes.count
        case .headerText, .headerJSON, .picture, .explanation, .frameRanges: 1...1
        case .formats: 0...0
        case .test: 0...1
        }
    }
}

/// A request with the number that its reply repeats.
package struct RequestMessage: Hashable, Sendable {
    package var id: UInt32
    package var request: WorkerRequest

    package init(id: UInt32, request: WorkerRequest) {
        self.id = id
        self.request = request
    }

    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.put(id)
        writer.put(request)
        return writer.bytes
    }

    package init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        id = try reader.uint32()
        request = try reader.request()
        try reader.end()
    }
}

private enum Kind {
    static let ingest: UInt8 = 1
    static let headerText: UInt8 = 2
    static let headerJSON: UInt8 = 3
    static let picture: UInt8 = 4
    static let explanation: UInt8 = 5
    static let formats: UInt8 = 6
    static let frameRanges: UInt8 = 7
    static let headerTexts: UInt8 = 8
    static let test: UInt8 = 255
}

extension WireWriter {
    fileprivate mutating func put(_ request: WorkerRequest) {
        switch request {
        case .ingest(let sizes):
            put(Kind.ingest)
            put(sizes)
        case .headerTexts(let sizes, let formats, let longest):
            put(Kind.headerTexts)
            put(sizes)
            for format in formats { put(format) }
            put(longest)
        case .headerText(let size, let format, let promised):
            put(Kind.headerText)
            put(size)
            put(format)
            put(promised ?? -1)
        case .frameRanges(let size):
            put(Kind.frameRanges)
            put(size)
        case .headerJSON(let size, let uri):
            put(Kind.headerJSON)
            put(size)
            put(uri)
        case .picture(let picture):
            put(Kind.picture)
            put(picture)
        case .explanation(let picture):
            put(Kind.explanation)
            put(picture)
        case .formats: put(Kind.formats)
        case .test(let command):
            put(Kind.test)
            put(command)
        }
    }

    private mutating func put(_ sizes: [Int]) {
        putCount(sizes.count)
        for size in sizes { put(size) }
    }

    private mutating func put(_ format: HeaderText.Format) { put(UInt8(clamping: format.rawValue)) }

    fileprivate mutating func put(_ picture: PictureRequest) {
        put(picture.fileSize)
        put(picture.frame)
        put(picture.format.rawValue)
        put(picture.settings)
        put(picture.description)
        put(picture.expectedSize ?? -1)
        put(picture.frameRange?.lowerBound ?? -1)
        put(picture.frameRange?.upperBound ?? -1)
        put(picture.isIcon)
        put(picture.source)
    }

    fileprivate mutating func put(_ settings: PictureSettings) {
        switch settings.window {
        case .fileOrAuto: put(UInt8(0))
        case .auto: put(UInt8(1))
        case .values(let center, let width):
            put(UInt8(2))
            put(center)
            put(width)
        case .hounsfield(let center, let width):
            put(UInt8(4))
            put(center)
            put(width)
        case .file(let number):
            put(UInt8(3))
            put(number)
        }
        put(settings.overlays)
        put(settings.longestSide ?? 0)
        put(settings.squarePixels)
    }
}

extension WireReader {
    fileprivate mutating func request() throws(WireError) -> WorkerRequest {
        switch try uint8() {
        case Kind.ingest: .ingest(sizes: try sizes())
        case Kind.headerText: .headerText(size: try int(), format: try headerFormat(), promised: try promise())
        case Kind.headerTexts: try headerTexts()
        case Kind.frameRanges: .frameRanges(size: try int())
        case Kind.headerJSON: .headerJSON(size: try int(), bulkDataURI: try line())
        case Kind.picture: .picture(try picture())
        case Kind.explanation: .explanation(try picture())
        case Kind.formats: .formats
        case Kind.test: .test(try testCommand())
        case let kind: throw WireError("no request of kind \(kind)")
        }
    }

    private mutating func headerTexts() throws(WireError) -> WorkerRequest {
        let sizes = try sizes()
        var formats: [HeaderText.Format] = []
        for _ in sizes { formats.append(try headerFormat()) }
        let longest = try self.sizes()
        guard longest.count == sizes.count else { throw WireError("\(longest.count) lengths for \(sizes.count) files") }
        return .headerTexts(sizes: sizes, formats: formats, longest: longest)
    }

    private mutating func promise() throws(WireError) -> Int? {
        let length = try int()
        return length < 0 ? nil : length
    }

    private mutating func headerFormat() throws(WireError) -> HeaderText.Format {
        let number = try uint8()
        guard let format = HeaderText.Format(rawValue: Int(number)) else { throw WireError("no header text of format \(number)") }
        return format
    }

    private mutating func sizes() throws(WireError) -> [Int] {
        let count = try count(elementSize: 8)
        guard count <= WorkerChannel.maximumDescriptors else { throw WireError("\(count) files in one batch") }
        var sizes: [Int] = []
        for _ in 0..<count { sizes.append(try int()) }
        return sizes
    }

    private mutating func picture() throws(WireError) -> PictureRequest {
        let fileSize = try int()
        let frame = try int()
        let format = PictureRequest.Format(rawValue: try uint8())
        let settings = try settings()
        let description = try pictureDescription()
        let expected = try promise()
        let (start, end) = (try int(), try int())
        let isIcon = try bool()
        let source = try byteArray()
        var request = PictureRequest(
            fileSize: fileSize, frame: frame, format: format, settings: settings, description: description,
            expectedSize: expected, frameRange: start >= 0 && start < end ? start..<end : nil)
        request.isIcon = isIcon
        request.source = source
        return request
    }

    private mutating func settings() throws(WireError) -> PictureSettings {
        let window: PictureSettings.Window
        switch try uint8() {
        case 0: window = .fileOrAuto
        case 1: window = .auto
        case 2: window = .values(center: try double(), width: try double())
        case 3: window = .file(number: try int())
        case 4: window = .hounsfield(center: try double(), width: try double())
        case let kind: throw WireError("no window of kind \(kind)")
        }
        let overlays = try bool()
        let side = try int()
        return PictureSettings(
            window: window, overlays: overlays, longestSide: PictureSettings.longestSides.contains(side) ? side : nil, squarePixels: try bool())
    }
}
