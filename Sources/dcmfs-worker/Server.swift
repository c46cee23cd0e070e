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
    let limits: Limits
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
        return send(answer(message.request, files), id: message.id)
    }

    private func answer(_ request: WorkerRequest, _ files: [CInt]) -> Answer {
        switch request {
        case .ingest(let sizes): ingest(files, sizes)
        case .headerText(let size, let format):
            document(files[0], size, .header) { (file) throws(DICOMError) in try Serve.headerText(file, format: format) }
        case .headerTexts(let sizes, let formats): headerTexts(files, sizes, formats)
        case .frameRanges(let size): document(files[0], size, .header, Serve.frameRanges)
        case .headerJSON(let size, let uri):
            document(files[0], size, .header) { (file) throws(DICOMError) in try Serve.headerJSON(file, bulkDataURI: uri) }
        case .picture(let picture): self.picture(files[0], picture)
        case .explanation(let picture):
            document(files[0], picture.fileSize, WorkerBudget(picture)) {
                (file) throws(DICOMError) in try Serve.explanation(file, picture)
            }
        case .formats: .done(Serve.formats())
        case .test(let command): answersTests ? test(command, files.first) : .refused("test commands are off")
        }
    }

    /// The progress word names the file before it is touched: it is what a dead worker is asked.
    private func ingest(_ files: [CInt], _ sizes: [Int]) -> Answer {
        var outcomes: [IngestOutcome] = []
        for (index, file) in files.enumerated() {
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: index))
            limits.apply(.header)
            if answersTests { misbehave(file) }
            outcomes.append(Serve.outcome(InputFile(descriptor: file, size: sizes[index])))
        }
        CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: files.count))
        return .done(IngestReply.encode(outcomes))
    }

    private func headerTexts(_ files: [CInt], _ sizes: [Int], _ formats: [HeaderText.Format]) -> Answer {
        var texts: [[UInt8]?] = []
        for (index, file) in files.enumerated() {
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: index))
            limits.apply(.header)
            if answersTests { misbehave(file) }
            // Who asks for this one alone learns what is wrong with it.
            let text = try? Serve.headerText(InputFile(descriptor: file, size: sizes[index]), format: formats[index])
            // One that is longer than it was said to be must not crowd out the others.
            texts.append(text.flatMap { $0.count <= HeaderTextsReply.longestText ? $0 : nil })
        }
        return .done(HeaderTextsReply.encode(texts))
    }

    private func picture(_ file: CInt, _ request: PictureRequest) -> Answer {
        let budget = WorkerBudget(request)
        // Usual pictures leave their memory to the next one; very large ones do not.
        defer { if budget.memory > WorkerBudget.header.memory { CLinux_trim() } }
        return document(file, request.fileSize, budget) { (file) throws(DICOMError) in
            let bytes = try Serve.picture(file, request, windows)
            guard request.expectedSize == nil || bytes.count == request.expectedSize else {
                throw DICOMError(.inconsistent, "picture of \(bytes.count) bytes where \(request.expectedSize ?? 0) were promised")
            }
            return bytes
        }
    }

    private func document(
        _ file: CInt, _ size: Int, _ budget: WorkerBudget, _ make: (InputFile) throws(DICOMError) -> [UInt8]
    ) -> Answer {
        limits.apply(budget)
        do { return .done(try make(InputFile(descriptor: file, size: size))) } catch { return .documentError(error) }
    }
}
