package import DICOM
package import WorkerProtocol

/// Requests about one open file. The descriptor stays the caller's; the worker reads it by position.
extension WorkerPool {
    /// Longest header text or JSON that is accepted: a header is at most 64 MiB, its text a few times that.
    private static var maximumText: Int { 1 << 30 }

    /// The header text (header-text.md section 8.1).
    package func headerText(_ descriptor: CInt, size: Int, format: HeaderText.Format = .current) throws(WorkerError) -> [UInt8] {
        try document(.headerText(size: size, format: format), descriptor, .header, Self.maximumText)
    }

    /// The header texts of files whose texts are short; nil for those that are to be asked for alone.
    ///
    /// - Parameters:
    ///   - descriptors: 64 at most.
    ///   - sizes: the files' lengths in bytes.
    ///   - formats: one for each file.
    package func headerTexts(_ descriptors: [CInt], sizes: [Int], formats: [HeaderText.Format]) throws(WorkerError) -> [[UInt8]?] {
        var trace = RequestTrace()
        let longest = descriptors.count * (HeaderTextsReply.longestText + 5)
        let bytes = try perform(
            .headerTexts(sizes: sizes, formats: formats), descriptors: descriptors, budget: .header, maximumLength: longest, trace: &trace)
        do { return try HeaderTextsReply.decode(bytes, count: descriptors.count) } catch { throw .worker(WorkerFailure(.nonsense(error.description))) }
    }

    /// The header in the DICOM JSON model (PS3.18 Annex F).
    package func headerJSON(_ descriptor: CInt, size: Int, bulkDataURI: String) throws(WorkerError) -> [UInt8] {
        try document(.headerJSON(size: size, bulkDataURI: bulkDataURI), descriptor, .header, Self.maximumText)
    }

    /// Where each frame's items lie; empty for native pixel data.
    package func frameRanges(_ descriptor: CInt, size: Int) throws(WorkerError) -> [Range<Int>] {
        let bytes = try document(.frameRanges(size: size), descriptor, .header, Self.maximumText)
        do { return try FrameRangesReply.decode(bytes) } catch { throw .worker(WorkerFailure(.nonsense(error.description))) }
    }

    /// One rendered frame, exactly `request.expectedSize` bytes long where that is set.
    package func picture(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> [UInt8] {
        try timedPicture(descriptor, request).bytes
    }

    /// The same, and how much processor time a worker took.
    package func timedPicture(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> (bytes: [UInt8], microseconds: UInt64) {
        let longest = request.expectedSize ?? Int(WorkerBudget.maximumMemory)
        var trace = RequestTrace()
        let bytes = try perform(
            .picture(request), descriptors: [descriptor], budget: WorkerBudget(request), maximumLength: longest, trace: &trace)
        guard request.expectedSize == nil || bytes.count == request.expectedSize else {
            throw .worker(WorkerFailure(.nonsense("picture of \(bytes.count) bytes instead of \(longest)")))
        }
        return (bytes, trace.microseconds)
    }

    /// Lines for people: how the rendering of a frame comes about.
    package func explanation(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> [UInt8] {
        let budget = WorkerBudget(request)
        return try document(.explanation(request), descriptor, budget, 1 << 20)
    }

    /// Which transfer syntaxes the workers decode.
    package func formats() throws(WorkerError) -> [FormatSupport] {
        var trace = RequestTrace()
        let bytes = try perform(.formats, descriptors: [], budget: .header, maximumLength: 1 << 20, trace: &trace)
        do { return try FormatsReply.decode(bytes) } catch { throw .worker(WorkerFailure(.nonsense(error.description))) }
    }

    /// Misbehaviour on demand; only for a pool that allows it.
    package func test(_ command: TestCommand, descriptor: CInt? = nil, maximumLength: Int = 1 << 30) throws(WorkerError) -> [UInt8] {
        var trace = RequestTrace()
        return try perform(
            .test(command), descriptors: descriptor.map { [$0] } ?? [], budget: .header, maximumLength: maximumLength,
            trace: &trace)
    }

    private func document(
        _ request: WorkerRequest, _ descriptor: CInt, _ budget: WorkerBudget, _ maximumLength: Int
    ) throws(WorkerError) -> [UInt8] {
        var trace = RequestTrace()
        return try perform(request, descriptors: [descriptor], budget: budget, maximumLength: maximumLength, trace: &trace)
    }
}
