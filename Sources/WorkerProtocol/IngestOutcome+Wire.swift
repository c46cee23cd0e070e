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
        put(summary.pictureProblem)
        put(summary.headerTextLength)
        putCount(summary.forgiven.count)
        for code in summary.forgiven { put(code) }
    }

    private mutating func putTexts(_ summary: InstanceSummary) {
        put(summary.patientID)
        put(summary.issuerOfPatientID)
        put(summary.patientName)
        put(summary.patientBirthDate)
        put(summary.patientSex)
        put(summary.studyInstanceUID)
        put(summary.studyDate)
        put(summary.studyTime)
        put(summary.studyID)
        put(summary.studyDescription)
        put(summary.accessionNumber)
        put(summary.seriesInstanceUID)
        put(summary.seriesNumber)
        put(summary.seriesDescription)
        put(summary.modality)
        put(summary.bodyPartExamined)
        put(summary.manufacturer)
        put(summary.manufacturerModelName)
        put(summary.protocolName)
        put(summary.institutionName)
        put(summary.sopInstanceUID)
        put(summary.sopClassUID)
        put(summary.instanceNumber)
        put(summary.transferSyntaxUID)
        put(summary.orderKey)
    }

    private mutating func put(_ directory: MediaDirectorySummary) {
        put(directory.recordCount)
        putCount(directory.references.count)
        for reference in directory.references {
            putCount(reference.fileID.count)
            for component in reference.fileID { put(component) }
            put(reference.sopInstanceUID)
            put(reference.recordType)
        }
        putCount(directory.problems.count)
        for problem in directory.problems { put(problem) }
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
        summary.pictureProblem = try line()
        summary.headerTextLength = try int()
        guard summary.headerTextLength >= 0 else { throw WireError("negative length of header text") }
        for _ in 0..<(try count(elementSize: 4)) { summary.forgiven.append(try line()) }
        return summary
    }

    /// In the order of `WireWriter.putTexts`.
    private mutating func readTexts(into summary: inout InstanceSummary) throws(WireError) {
        summary.patientID = try byteArray()
        summary.issuerOfPatientID = try byteArray()
        summary.patientName = try byteArray()
        summary.patientBirthDate = try byteArray()
        summary.patientSex = try byteArray()
        summary.studyInstanceUID = try byteArray()
        summary.studyDate = try byteArray()
        summary.studyTime = try byteArray()
        summary.studyID = try byteArray()
        summary.studyDescription = try byteArray()
        summary.accessionNumber = try byteArray()
        summary.seriesInstanceUID = try byteArray()
        summary.seriesNumber = try byteArray()
        summary.seriesDescription = try byteArray()
        summary.modality = try byteArray()
        summary.bodyPartExamined = try byteArray()
        summary.manufacturer = try byteArray()
        summary.manufacturerModelName = try byteArray()
        summary.protocolName = try byteArray()
        summary.institutionName = try byteArray()
        summary.sopInstanceUID = try byteArray()
        summary.sopClassUID = try byteArray()
        summary.instanceNumber = try byteArray()
        summary.transferSyntaxUID = try byteArray()
        summary.orderKey = try byteArray()
        guard summary.orderKey.isEmpty || OrderKey.isKey(summary.orderKey) else { throw WireError("no key of an order") }
    }

    private mutating func mediaDirectorySummary() throws(WireError) -> MediaDirectorySummary {
        var directory = MediaDirectorySummary()
        directory.recordCount = try int()
        for _ in 0..<(try count(elementSize: 12)) {
            var fileID: [[UInt8]] = []
            for _ in 0..<(try count(elementSize: 4)) { fileID.append(try byteArray()) }
            directory.references.append(
                MediaDirectorySummary.Reference(fileID: fileID, sopInstanceUID: try byteArray(), recordType: try byteArray()))
        }
        for _ in 0..<(try count(elementSize: 4)) { directory.problems.append(try dicomError()) }
        return directory
    }
}
