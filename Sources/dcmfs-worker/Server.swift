import CLinux
import DICOM
import DICOMImaging
import Glibc
import WorkerProtocol

/// What a request came to.
enum Answer {
    case done([UInt8])
    case documentError(DICOMError)
    case refused(String)
    /// A test command has answered by itself.
    case sent
}

/// Receives requests one by one and answers each before the next.
struct Server {
    let memory: UnsafeMutableRawPointer
    let answersTests: Bool
    let windows = WindowMemory()

    /// Returns the exit code: 0 when dcmfs closed its end.
    func run() -> CInt {
        var descriptors = [CInt](repeating: -1, count: WorkerChannel.maximumDescriptors)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: WorkerChannel.maximumMessage, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            var count: CInt = 0
            let length = CLinux_receive(
                WorkerChannel.socket, buffer.baseAddress, buffer.count, &descriptors, CInt(descriptors.count), &count, -1)
            guard length > 0 else { return length == 0 ? 0 : 1 }
            let files = Array(descriptors.prefix(Int(count)))
            let served = serve([UInt8](buffer.prefix(length)), files)
            for file in files { close(file) }
            guard served else { return 1 }
        }
    }

    /// False when the socket is gone.
    private func serve(_ bytes: [UInt8], _ files: [CInt]) -> Bool {
        let message: RequestMessage
        do { message = try RequestMessage(bytes) } catch { return send(.refused(error.description), id: 0) }
        guard message.request.descriptorCount.contains(files.count) else {
            return send(.refused("\(files.count) descriptors"), id: message.id)
        }
        return send(answer(message, files), id: message.id)
    }

    private func answer(_ message: RequestMessage, _ files: [CInt]) -> Answer {
        switch message.request {
        case .ingest(let sizes): ingest(files, sizes)
        case .headerText(let size, let format, let promised):
            document(files[0], size) { (file) throws(DICOMError) in
                try Self.promised(promised, "a text", try Serve.headerText(file, format: format))
            }
        case .headerTexts(let sizes, let formats, let longest): headerTexts(files, sizes, formats, longest)
        case .frameRanges(let size): document(files[0], size, Serve.frameRanges)
        case .headerJSON(let size, let uri):
            document(files[0], size) { (file) throws(DICOMError) in try Serve.headerJSON(file, bulkDataURI: uri) }
        case .picture(let picture): self.picture(files[0], picture)
        case .explanation(let picture):
            document(files[0], picture.fileSize) { (file) throws(DICOMError) in try Serve.explanation(file, picture) }
        case .formats: .done(Serve.formats())
        case .test(let command): answersTests ? test(command, files.first, id: message.id) : .refused("test commands are off")
        }
    }

    /// The progress word names the file before it is touched: it is what a dead worker is asked.
    private func ingest(_ files: [CInt], _ sizes: [Int]) -> Answer {
        var outcomes: [IngestOutcome] = []
        var isCutting = true
        for (index, file) in files.enumerated() {
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: index))
            if answersTests, let outcome = misbehave(file) {
                outcomes.append(outcome)
                isCutting = false
                continue
            }
            outcomes.append(Serve.outcome(input(file, sizes[index])))
        }
        CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: files.count))
        return .done(IngestReply.encode(outcomes, isCutting: isCutting))
    }

    private func headerTexts(_ files: [CInt], _ sizes: [Int], _ formats: [HeaderText.Format], _ longest: [Int]) -> Answer {
        var texts: [[UInt8]?] = []
        for (index, file) in files.enumerated() {
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: index))
            if answersTests { _ = misbehave(file) }
            // Who asks for this one alone learns what is wrong with it.
            let text = try? Serve.reading(input(file, sizes[index])) { (file) throws(DICOMError) in
                try Serve.headerText(file, format: formats[index])
            }
            // One that is longer than it was said to be must not crowd out the others.
            texts.append(text.flatMap { $0.count <= min(longest[index], HeaderTextsReply.longestText) ? $0 : nil })
        }
        return .done(HeaderTextsReply.encode(texts))
    }

    private func picture(_ file: CInt, _ request: PictureRequest) -> Answer {
        let budget = WorkerBudget(request)
        // Usual pictures leave their memory to the next one; very large ones do not.
        defer { if budget.memory > WorkerBudget.header.memory { CLinux_trim() } }
        return document(file, request.fileSize) { (file) throws(DICOMError) in
            try Self.promised(request.expectedSize, "a picture", try Serve.picture(file, request, windows))
        }
    }

    /// dcmfs ends a worker that sends more than was promised: a file that comes to something else is the file's fault.
    private static func promised(_ length: Int?, _ what: String, _ bytes: [UInt8]) throws(DICOMError) -> [UInt8] {
        guard let length, length != bytes.count else { return bytes }
        throw DICOMError(.inconsistent, "\(what) of \(bytes.count) bytes where \(length) were promised")
    }

    /// The word beside the progress word says that something is still read: patience with a slow disk grows with it.
    private func input(_ descriptor: CInt, _ size: Int) -> InputFile {
        InputFile(descriptor: descriptor, size: size, activity: memory + WorkerChannel.activityOffset)
    }

    private func document(_ file: CInt, _ size: Int, _ make: (InputFile) throws(DICOMError) -> [UInt8]) -> Answer {
        if answersTests, case .instance(let summary) = misbehave(file) { return .done(summary.patientID) }
        do { return .done(try Serve.reading(input(file, size), make)) } catch { return .documentError(error) }
    }
}
