package import DICOM
package import WorkerProtocol

/// Requests about one open file. The descriptor stays the caller's; the worker reads it by position.
extension WorkerPool {
    /// Longest text of a file that nobody promised a length for: a header is at most 64 MiB, its text a few times that.
    private static func longestText(of size: Int) -> Int { min(1 << 30, (1 << 20) + 32 * min(max(0, size), Patience.longestHeader)) }

    /// The header text (header-text.md section 8.1).
    ///
    /// - Parameter promised: its length where the index knows it: not one byte more is taken.
    package func headerText(
        _ descriptor: CInt, size: Int, format: HeaderText.Format = .current, promised: Int? = nil
    ) throws(WorkerError) -> [UInt8] {
        let request = WorkerRequest.headerText(size: size, format: format, promised: promised)
        return try document(request, descriptor, size, longest: promised ?? Self.longestText(of: size)) { (bytes) throws(WireError) in
            if let promised, bytes.count != promised { throw WireError("text of \(bytes.count) bytes where \(promised) were promised") }
            return bytes
        }
    }

    /// The header texts of files whose texts are short; nil for those that are to be asked for alone.
    ///
    /// - Parameters:
    ///   - descriptors: 64 at most.
    ///   - sizes: the files' lengths in bytes.
    ///   - formats: one for each file.
    ///   - promised: the texts' lengths where the index knows them.
    package func headerTexts(
        _ descriptors: [CInt], sizes: [Int], formats: [HeaderText.Format], promised: [Int?]
    ) throws(WorkerError) -> [[UInt8]?] {
        if configuration.isolates {
            return descriptors.indices.map { try? headerText(descriptors[$0], size: sizes[$0], format: formats[$0], promised: promised[$0]) }
        }
        let lengths = promised.map { min($0 ?? HeaderTextsReply.longestText, HeaderTextsReply.longestText) }
        let task = WorkerTask(
            request: .headerTexts(sizes: sizes, formats: formats, longest: lengths), descriptors: descriptors, budget: .header,
            patience: Patience(step: step(.header), readingEach: sizes), maximumLength: lengths.reduce(0) { $0 + $1 + 5 })
        var trace = RequestTrace()
        return try perform(task, trace: &trace) { (bytes) throws(WireError) in try HeaderTextsReply.decode(bytes, longest: lengths) }
    }

    /// The header in the DICOM JSON model (PS3.18 Annex F).
    package func headerJSON(_ descriptor: CInt, size: Int, bulkDataURI: String) throws(WorkerError) -> [UInt8] {
        try document(.headerJSON(size: size, bulkDataURI: bulkDataURI), descriptor, size, longest: Self.longestText(of: size)) { $0 }
    }

    /// Where each frame's items lie; empty for native pixel data.
    package func frameRanges(_ descriptor: CInt, size: Int) throws(WorkerError) -> [Range<Int>] {
        // An item has a header of 8 bytes, its range takes 16 here.
        let longest = min(64 << 20, 2 * max(0, min(size, 1 << 40)) + 16)
        return try document(.frameRanges(size: size), descriptor, size, longest: longest, decode: FrameRangesReply.decode)
    }

    /// One rendered frame, exactly `request.expectedSize` bytes long where that is set.
    package func picture(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> [UInt8] {
        try timedPicture(descriptor, request).bytes
    }

    /// The same, and how much processor time a worker took.
    package func timedPicture(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> (bytes: [UInt8], microseconds: UInt64) {
        var trace = RequestTrace()
        let bytes = try document(
            .picture(request), descriptor, request.fileSize, longest: Self.longestPicture(request), budget: WorkerBudget(request), trace: &trace
        ) { (bytes) throws(WireError) in
            if let expected = request.expectedSize, bytes.count != expected {
                throw WireError("picture of \(bytes.count) bytes where \(expected) were promised")
            }
            return bytes
        }
        return (bytes, trace.microseconds)
    }

    /// Without a promise: no format takes twice the samples, two bytes each, and an ICC profile.
    private static func longestPicture(_ request: PictureRequest) -> Int {
        if let expected = request.expectedSize { return expected }
        let drawn = request.description.drawn(with: request.settings)
        let samples = (drawn.width * drawn.channels).multipliedReportingOverflow(by: drawn.height)
        let most = Int(WorkerBudget.maximumMemory)
        guard !samples.overflow, samples.partialValue <= most / 4 else { return most }
        return min(most, samples.partialValue * 4 + 2 * request.description.iccProfileLength + (1 << 20))
    }

    /// Lines for people: how the rendering of a frame comes about.
    package func explanation(_ descriptor: CInt, _ request: PictureRequest) throws(WorkerError) -> [UInt8] {
        var trace = RequestTrace()
        return try document(
            .explanation(request), descriptor, request.fileSize, longest: 1 << 20, budget: WorkerBudget(request), trace: &trace
        ) { $0 }
    }

    /// Which transfer syntaxes the workers decode.
    package func formats() throws(WorkerError) -> [FormatSupport] {
        var trace = RequestTrace()
        let task = WorkerTask(
            request: .formats, descriptors: [], budget: .header, patience: Patience(step: step(.header), reading: 0), maximumLength: 1 << 20)
        return try perform(task, trace: &trace, decode: FormatsReply.decode)
    }

    /// Misbehaviour on demand; only for a pool that allows it.
    package func test(_ command: TestCommand, descriptor: CInt? = nil, maximumLength: Int = 1 << 30) throws(WorkerError) -> [UInt8] {
        var trace = RequestTrace()
        let task = WorkerTask(
            request: .test(command), descriptors: descriptor.map { [$0] } ?? [], budget: .header,
            patience: Patience(step: step(.header), reading: 0), maximumLength: maximumLength)
        return try perform(task, trace: &trace) { $0 }
    }

    func step(_ budget: WorkerBudget) -> UInt64 { configuration.patience ?? budget.wall }

    private func document<Answer>(
        _ request: WorkerRequest, _ descriptor: CInt, _ size: Int, longest: Int, decode: ([UInt8]) throws(WireError) -> Answer
    ) throws(WorkerError) -> Answer {
        var trace = RequestTrace()
        return try document(request, descriptor, min(size, Patience.longestHeader), longest: longest, budget: .header, trace: &trace, decode: decode)
    }

    private func document<Answer>(
        _ request: WorkerRequest, _ descriptor: CInt, _ size: Int, longest: Int, budget: WorkerBudget, trace: inout RequestTrace,
        decode: ([UInt8]) throws(WireError) -> Answer
    ) throws(WorkerError) -> Answer {
        let task = WorkerTask(
            request: request, descriptors: [descriptor], budget: budget, patience: Patience(step: step(budget), reading: size),
            maximumLength: longest)
        return try perform(task, trace: &trace, decode: decode)
    }
}
