/// Takes from a parsed file what the index needs to place it in the tree.
package enum InstanceSummarizer {
    /// Everything but the picture and the length of the header text.
    package static func summary(of file: Part10File) -> InstanceSummary {
        var values = Values(file)
        var summary = InstanceSummary()
        summary.patientID = values.key(.patientID)
        summary.issuerOfPatientID = values.key(.issuerOfPatientID)
        summary.patientName = values.key(.patientName)
        // Empty component groups at the end may be left out (PS3.5 section 6.2.1): the same name with and without them.
        while summary.patientName.last == 0x3D { summary.patientName.removeLast() }
        summary.patientBirthDate = values.key(.patientBirthDate)
        summary.patientSex = values.key(.patientSex)
        summary.studyInstanceUID = values.key(.studyInstanceUID)
        summary.studyDate = values.key(.studyDate)
        summary.studyTime = values.key(.studyTime)
        summary.studyID = values.key(.studyID)
        summary.studyDescription = values.key(.studyDescription)
        summary.accessionNumber = values.key(.accessionNumber)
        summary.seriesInstanceUID = values.key(.seriesInstanceUID)
        summary.seriesNumber = values.key(.seriesNumber)
        summary.seriesDescription = values.key(.seriesDescription)
        summary.modality = values.key(.modality)
        summary.bodyPartExamined = values.key(.bodyPartExamined)
        summary.manufacturer = values.key(.manufacturer)
        summary.manufacturerModelName = values.key(.manufacturerModelName)
        summary.protocolName = values.key(.protocolName)
        summary.institutionName = values.key(.institutionName)
        summary.sopInstanceUID = values.key(.sopInstanceUID, or: .mediaStorageSOPInstanceUID)
        summary.sopClassUID = values.key(.sopClassUID, or: .mediaStorageSOPClassUID)
        summary.instanceNumber = values.key(.instanceNumber)
        summary.orderKey = OrderKey.of(file.dataSet)
        summary.transferSyntaxUID = file.transferSyntaxUID
        summary.headerProblems = headerProblems(of: file) + values.problems
        for note in file.forgiven where !summary.forgiven.contains(note.code.rawValue) { summary.forgiven.append(note.code.rawValue) }
        if values.isCut { summary.forgiven.append(Forgiveness.Code.longValue.rawValue) }
        if file.recognisedCharacterSet != nil { summary.forgiven.append(Forgiveness.Code.characterSet.rawValue) }
        return summary
    }

    /// Damage with its offset: what the reader met first, and pixel data that are cut.
    private static func headerProblems(of file: Part10File) -> [DICOMError] {
        var problems: [DICOMError] = []
        if let damage = file.parseError { problems.append(damage) }
        if let pixels = file.pixelData, pixels.isTruncated, file.parseError?.code != .truncated {
            let end = pixels.offset + pixels.available
            problems.append(DICOMError(.truncated, at: end, path: [pixels.tag], "the file ends inside the pixel data (\(pixels.available) bytes are there)"))
        }
        return problems
    }

    /// Values of a file as the index keeps them.
    private struct Values {
        let file: Part10File
        private(set) var isCut = false
        private(set) var problems: [DICOMError] = []

        init(_ file: Part10File) { self.file = file }

        mutating func key(_ tag: Tag) -> [UInt8] { key(tag, of: file.dataSet) }

        /// The data set's value, else what the meta information says of it (PS3.10 section 7.1).
        mutating func key(_ tag: Tag, or metaTag: Tag) -> [UInt8] {
            let own = key(tag, of: file.dataSet)
            return own.isEmpty ? key(metaTag, of: file.meta) : own
        }

        private mutating func key(_ tag: Tag, of dataSet: DataSet) -> [UInt8] {
            let value = dataSet.boundedKey(tag)
            if value.isCut { isCut = true }
            if value.isSampled, problems.isEmpty, let element = dataSet.element(tag) {
                problems.append(
                    DICOMError(
                        .limitExceeded, at: element.offset, path: [tag],
                        "a value of \(element.contentLength) bytes is told apart by its length, its beginning and its end"))
            }
            return value.bytes
        }
    }
}
