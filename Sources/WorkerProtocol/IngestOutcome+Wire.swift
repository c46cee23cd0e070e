import DICOM

extension WireWriter {
    mutating func put(_ outcome: IngestOutcome) {
        switch outcome {
        case .instance(let summary):
            put(UInt8(0))
            put(summary)
        case .mediaDirectory(let directory):
            put(UInt8(1))
            put(directory)
        case .setAside(let error):
            put(UInt8(2))
            put(error)
        }
    }

    private mutating func put(_ summary: InstanceSummary) {
        putTexts(summary)
        put(summary.pictureState.rawValue)
        if summary.pictureState == .available {
            // A summary without its description would be a mistake of ours; the reader refuses 1 x 1 x 0.
            put(summary.picture ?? PictureDescription(width: 1, height: 1, channels: 0))
        }
        put(summary.icon != nil)
        if let icon = summary.icon { put(icon) }
        putLine(summary.pictureProblem)
        put(summary.headerTextLength)
        let problems = summary.headerProblems.prefix(InstanceSummary.headerProblemLimit)
        putCount(problems.count)
        for problem in problems { put(problem) }
        let codes = summary.forgiven.prefix(IngestReply.mostCodes)
        putCount(codes.count)
        for code in codes { putLine(code) }
    }

    /// A longer text is cut, and ends with a number made of all of it: two that begin alike stay two.
    private mutating func putText(_ text: [UInt8]) {
        guard text.count > IngestReply.longestText, isCutting else { return put(text) }
        // FNV-1a, 64 bits.
        let hash = text.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let end = Array("~\(String(hash, radix: 16))".utf8)
        put(Array(text.prefix(IngestReply.longestText - end.count)) + end)
    }

    private mutating func putLine(_ line: String) {
        put(line.utf8.count <= IngestReply.longestLine ? line : String(decoding: line.utf8.prefix(IngestReply.longestLine - 2), as: UTF8.self))
    }

    private mutating func putTexts(_ summary: InstanceSummary) {
        putText(summary.patientID)
        putText(summary.issuerOfPatientID)
        putText(summary.patientName)
        putText(summary.patientBirthDate)
        putText(summary.patientSex)
        putText(summary.studyInstanceUID)
        putText(summary.studyDate)
        putText(summary.studyTime)
        putText(summary.studyID)
        putText(summary.studyDescription)
        putText(summary.accessionNumber)
        putText(summary.seriesInstanceUID)
        putText(summary.seriesNumber)
        putText(summary.seriesDescription)
        putText(summary.modality)
        putText(summary.bodyPartExamined)
        putText(summary.manufacturer)
        putText(summary.manufacturerModelName)
        putText(summary.protocolName)
        putText(summary.institutionName)
        putText(summary.sopInstanceUID)
        putText(summary.sopClassUID)
        putText(summary.instanceNumber)
        putText(summary.transferSyntaxUID)
        putText(summary.orderKey)
    }

    private mutating func put(_ directory: MediaDirectorySummary) {
        put(directory.recordCount)
        let references = directory.references.prefix(IngestReply.mostReferences)
        putCount(references.count)
        for reference in references {
            let components = reference.fileID.prefix(IngestReply.mostComponents)
            putCount(components.count)
            for component in components { putText(component) }
            putText(reference.sopInstanceUID)
            putText(reference.recordType)
        }
        let problems = directory.problems.prefix(IngestReply.mostProblems)
        putCount(problems.count)
        for problem in problems { put(problem) }
    }
}

extension WireReader {
    mutating func ingestOutcome() throws(WireError) -> IngestOutcome {
        switch try uint8() {
        case 0: .instance(try instanceSummary())
        case 1: .mediaDirectory(try mediaDirectorySummary())
        case 2: .setAside(try dicomError())
        case let kind: throw WireError("no outcome of kind \(kind)")
        }
    }

    private mutating func instanceSummary() throws(WireError) -> InstanceSummary {
        var summary = InstanceSummary()
        try readTexts(into: &summary)
        guard let state = PictureState(rawValue: try uint8()) else { throw WireError("unknown picture state") }
        summary.pictureState = state
        if state == .available { summary.picture = try pictureDescription() }
        if try bool() { summary.icon = try pictureDescription() }
        summary.pictureProblem = try line(longest: IngestReply.longestLine)
        summary.headerTextLength = try int()
        guard (0...IngestReply.longestHeaderText).contains(summary.headerTextLength) else {
            throw WireError("header text of \(summary.headerTextLength) bytes")
        }
        let problems = try count(elementSize: 4, most: InstanceSummary.headerProblemLimit)
        for _ in 0..<problems { summary.headerProblems.append(try dicomError()) }
        for _ in 0..<(try count(elementSize: 4, most: IngestReply.mostCodes)) { summary.forgiven.append(try line(longest: IngestReply.longestLine)) }
        return summary
    }

    /// In the order of `WireWriter.putTexts`.
    private mutating func readTexts(into summary: inout InstanceSummary) throws(WireError) {
        summary.patientID = try text()
        summary.issuerOfPatientID = try text()
        summary.patientName = try text()
        summary.patientBirthDate = try text()
        summary.patientSex = try text()
        summary.studyInstanceUID = try text()
        summary.studyDate = try text()
        summary.studyTime = try text()
        summary.studyID = try text()
        summary.studyDescription = try text()
        summary.accessionNumber = try text()
        summary.seriesInstanceUID = try text()
        summary.seriesNumber = try text()
        summary.seriesDescription = try text()
        summary.modality = try text()
        summary.bodyPartExamined = try text()
        summary.manufacturer = try text()
        summary.manufacturerModelName = try text()
        summary.protocolName = try text()
        summary.institutionName = try text()
        summary.sopInstanceUID = try text()
        summary.sopClassUID = try text()
        summary.instanceNumber = try text()
        summary.transferSyntaxUID = try text()
        summary.orderKey = try text()
        guard summary.orderKey.isEmpty || OrderKey.isKey(summary.orderKey) else { throw WireError("no key of an order") }
    }

    private mutating func text() throws(WireError) -> [UInt8] { try byteArray(longest: IngestReply.longestText) }

    private mutating func mediaDirectorySummary() throws(WireError) -> MediaDirectorySummary {
        var directory = MediaDirectorySummary()
        directory.recordCount = try int()
        guard (0...Int(Int32.max)).contains(directory.recordCount) else { throw WireError("\(directory.recordCount) directory records") }
        for _ in 0..<(try count(elementSize: 12, most: IngestReply.mostReferences)) {
            var fileID: [[UInt8]] = []
            for _ in 0..<(try count(elementSize: 4, most: IngestReply.mostComponents)) { fileID.append(try text()) }
            directory.references.append(
                MediaDirectorySummary.Reference(fileID: fileID, sopInstanceUID: try text(), recordType: try text()))
        }
        for _ in 0..<(try count(elementSize: 4, most: IngestReply.mostProblems)) { directory.problems.append(try dicomError()) }
        return directory
    }
}
