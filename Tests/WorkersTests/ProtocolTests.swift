import DICOM
import Testing
import WorkerProtocol

@Suite struct ProtocolTests {
    static let picture = PictureDescription(
        width: 65_535, height: 1, channels: 3, frameCount: 12, representativeFrame: 5,
        density: PixelDensity(x: 2834, y: 2835, isMetric: true), iccProfileLength: 3144)

    /// A slide, asked for with every setting that is not the default.
    static var slide: PictureRequest {
        var description = picture
        description.assembled = PictureSides(width: 3, height: 65_535)
        var request = PictureRequest(
            fileSize: 1, frame: 2, format: .jpeg, settings: .init(window: .file(number: 2), overlays: false, longestSide: 7, squarePixels: false),
            description: description, expectedSize: 1, frameRange: 4..<9)
        request.isIcon = true
        request.source = [0, 255, 7]
        return request
    }

    static var fullSummary: InstanceSummary {
        var summary = InstanceSummary()
        summary.patientID = Array("ID 1".utf8)
        summary.issuerOfPatientID = [0xFF, 0xFE, 0]
        summary.patientName = Array("Yamada^Tarou=山田^太郎".utf8)
        summary.patientBirthDate = Array("19700101".utf8)
        summary.patientSex = Array("F".utf8)
        summary.studyInstanceUID = Array("1.2".utf8)
        summary.studyDate = Array("20200101".utf8)
        summary.studyTime = Array("1200".utf8)
        summary.studyID = Array("7".utf8)
        summary.studyDescription = Array("Head".utf8)
        summary.accessionNumber = Array("A".utf8)
        summary.seriesInstanceUID = Array("1.2.3".utf8)
        summary.seriesNumber = Array("3".utf8)
        summary.seriesDescription = Array("ax".utf8)
        summary.modality = Array("CT".utf8)
        summary.sopInstanceUID = Array("1.2.3.4".utf8)
        summary.sopClassUID = Array("1.2.840.10008.5.1.4.1.1.2".utf8)
        summary.instanceNumber = Array("9".utf8)
        summary.transferSyntaxUID = Array("1.2.840.10008.1.2.1".utf8)
        summary.pictureState = .available
        summary.picture = picture
        summary.headerTextLength = 12_345
        summary.headerProblems = [
            DICOMError(.malformed, at: 300, path: [Tag(0x0040, 0x0275)], "bytes that are no elements"), DICOMError(.truncated, at: 900, "cut"),
        ]
        summary.forgiven = ["no-preamble", "wrong-vr"]
        return summary
    }

    static var outcomes: [IngestOutcome] {
        var unsupported = InstanceSummary()
        unsupported.pictureState = .unsupported
        unsupported.pictureProblem = "no decoder for HTJ2K"
        let reference = MediaDirectorySummary.Reference(
            fileID: [Array("DICOM".utf8), Array("IM1".utf8)], sopInstanceUID: Array("1.2".utf8), recordType: Array("IMAGE".utf8))
        let problem = DICOMError(.malformed, at: 77, path: [Tag(0x0004, 0x1220), Tag(0x0004, 0x1400)], "record loop")
        return [
            .instance(InstanceSummary()), .instance(fullSummary), .instance(unsupported),
            .mediaDirectory(MediaDirectorySummary()),
            .mediaDirectory(MediaDirectorySummary(references: [reference, reference], recordCount: 5, problems: [problem])),
            .setAside(DICOMError(.notDICOM, "no group 0002 or 0008")), .setAside(problem),
        ]
    }

    @Test func everyOutcomeSurvivesTheWire() throws {
        let bytes = IngestReply.encode(Self.outcomes)
        #expect(try IngestReply.decode(bytes, count: Self.outcomes.count) == Self.outcomes)
    }

    static var requests: [WorkerRequest] {
        [
            .ingest(sizes: []), .ingest(sizes: [0, 1, Int.max]), .headerText(size: 5, format: .first),
            .headerText(size: 5, format: .second, promised: 0), .headerTexts(sizes: [7, 0], formats: [.second, .first], longest: [1, 2]),
            .headerJSON(size: 6, bulkDataURI: "file.dcm"),
            .picture(
                PictureRequest(
                    fileSize: 1, frame: 2, format: .png, settings: .init(window: .values(center: 40.5, width: 400), overlays: false),
                    description: picture, expectedSize: 99)),
            .explanation(
                PictureRequest(fileSize: 1, frame: 0, format: .compressedPNG, settings: .init(window: .auto), description: picture, expectedSize: nil)
            ),
            .picture(slide), .formats, .test(.echo(length: 3)), .test(.spin), .test(.hang), .test(.trap), .test(.raise(signal: 9)), .test(.exit(code: 3)),
            .test(.allocate(bytes: 1 << 40)), .test(.overflowStack), .test(.forbidden(.fchmod)),
            .test(.decode(characterSet: [1], bytes: [2, 3])), .test(.answer(head: [4])), .test(.trapAt(file: 8)), .test(.answerThenSpin), .test(.answerTwice),
        ]
    }

    @Test(arguments: requests)
    func everyRequestSurvivesTheWire(_ request: WorkerRequest) throws {
        let message = RequestMessage(id: 0xFFFF_FFFE, request: request)
        #expect(try RequestMessage(message.encoded()) == message)
    }

    @Test func repliesSurviveTheWire() throws {
        let ready = ReadyMessage(landlock: 7, hasSystemCallFilter: true, idleAddressSpace: 15 << 20)
        #expect(try ReadyMessage(ready.encoded()) == ready)
        let head = ReplyHead(id: 7, status: .done, place: .stream, length: 5 << 20)
        #expect(try ReplyHead(head.encoded(), maximumLength: 5 << 20) == head)
        let error = DICOMError(.truncated, at: 3, path: [Tag(0x0008, 0x0005)], "ends early")
        #expect(try DICOMError.decode(error.encoded()) == error)
    }

    @Test func anotherProtocolVersionIsRefusedByName() {
        let other = ReadyMessage(version: 99, landlock: 0, hasSystemCallFilter: false, idleAddressSpace: 0)
        #expect(throws: WireError("worker speaks protocol 99, this dcmfs needs \(WorkerChannel.version): reinstall both together")) {
            try ReadyMessage(other.encoded())
        }
    }

    @Test func theTableOfFormatsSurvivesTheWireAndNoCutOfItDoes() throws {
        let rows = [FormatSupport(uid: "1.2", library: "own code", reason: ""), FormatSupport(uid: "1.3", library: "", reason: "video")]
        let bytes = FormatsReply.encode(rows)
        #expect(try FormatsReply.decode(bytes) == rows)
        for length in 0..<bytes.count { #expect(throws: WireError.self) { try FormatsReply.decode(Array(bytes.prefix(length))) } }
    }

    @Test func lengthsBeyondTheAgreedAreRefused() throws {
        let heads = [
            ReplyHead(id: 1, status: .done, place: .stream, length: 200_001), ReplyHead(id: 1, status: .done, place: .stream, length: -1),
            ReplyHead(id: 1, status: .done, place: .memory, length: WorkerChannel.resultCapacity + 1),
        ]
        for head in heads { #expect(throws: WireError.self) { try ReplyHead(head.encoded(), maximumLength: 200_000) } }
        let small = ReplyHead(id: 1, status: .done, place: .memory, length: 1_382)
        #expect(throws: WireError.self) { try ReplyHead(small.encoded(), maximumLength: 1_381) }
        // An error has a bound of its own, whatever was promised of the result.
        let problem = ReplyHead(id: 1, status: .documentError, place: .memory, length: 1_382)
        #expect(try ReplyHead(problem.encoded(), maximumLength: 0) == problem)
        let long = ReplyHead(id: 1, status: .documentError, place: .stream, length: WorkerChannel.maximumMessage + 1)
        #expect(throws: WireError.self) { try ReplyHead(long.encoded(), maximumLength: 1 << 30) }
    }

    @Test func everyCutOfAReplyIsRefused() {
        let bytes = IngestReply.encode(Self.outcomes)
        for length in 0..<bytes.count {
            #expect(throws: WireError.self) { try IngestReply.decode(Array(bytes.prefix(length)), count: Self.outcomes.count) }
        }
        #expect(throws: WireError.self) { try IngestReply.decode(bytes + [0], count: Self.outcomes.count) }
        #expect(throws: WireError.self) { try IngestReply.decode(bytes, count: Self.outcomes.count - 1) }
    }

    /// Not one of these may trap, and what is accepted must be within the ranges that sizes are computed from.
    @Test func hostileRepliesAreRefusedOrHarmless() {
        var random = SystemRandomNumberGenerator()
        let good = IngestReply.encode(Self.outcomes)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255)].randomElement() ?? 0
            }
            guard let outcomes = try? IngestReply.decode(bytes, count: Self.outcomes.count) else { continue }
            for case .instance(let summary) in outcomes {
                #expect((summary.picture != nil) == (summary.pictureState == .available))
                #expect(summary.headerTextLength >= 0)
                if let picture = summary.picture { _ = (PictureSize.png(picture), PictureSize.jpeg(picture)) }
            }
        }
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...64)).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? IngestReply.decode(bytes, count: 1)
            _ = try? ReplyHead(bytes, maximumLength: 100)
            _ = try? ReadyMessage(bytes)
            _ = try? RequestMessage(bytes)
            _ = try? DICOMError.decode(bytes)
        }
    }

    @Test func announcedCountsNeverAllocateMoreThanThereIs() {
        #expect(throws: WireError.self) { try IngestReply.decode([0xFF, 0xFF, 0xFF, 0xFF], count: Int(UInt32.max)) }
    }

    @Test func linesCarryNoControlCharactersAndCodesAreFileNames() throws {
        let escape = DICOMError(.malformed, "a\u{1B}[2Jb\nc")
        #expect(try DICOMError.decode(escape.encoded()).message == "a?[2Jb?c")
        let code = DICOMError(DICOMError.Code(rawValue: "../x"), "m")
        #expect(throws: WireError.self) { try DICOMError.decode(code.encoded()) }
    }

    @Test func budgetsFollowWhatTheFileCanHold() {
        #expect(WorkerBudget.header.cpu == 2_000_000)
        #expect(WorkerBudget.header.memory == 256 << 20)
        let huge = PictureDescription(width: 65_535, height: 65_535, channels: 3)
        let tiny = WorkerBudget(picture: huge, fileSize: 324)
        #expect(tiny.cpu < 2_200_000)
        #expect(tiny.memory == 256 << 20)
        #expect(WorkerBudget(picture: huge, fileSize: 1 << 40).memory == 2 << 30)
        #expect(WorkerBudget(picture: PictureDescription(width: 8000, height: 4000, channels: 1), fileSize: 64 << 20).memory == 512_000_000)
    }
}
