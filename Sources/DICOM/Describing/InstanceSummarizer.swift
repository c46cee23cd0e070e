/// Takes from a parsed file what the index needs to place it in the tree.
package enum InstanceSummarizer {
    /// Everything but the picture and the length of the header text.
    package static func summary(of file: Part10File) -> InstanceSummary {
        let dataSet = file.dataSet
        var summary = InstanceSummary()
        summary.patientID = dataSet.key(.patientID) ?? []
        summary.issuerOfPatientID = dataSet.key(.issuerOfPatientID) ?? []
        summary.patientName = dataSet.key(.patientName) ?? []
        // Empty component groups at the end may be left out (PS3.5 section 6.2.1): the same name with and without them.
        while summary.patientName.last == 0x3D { summary.patientName.removeLast() }
        summary.patientBirthDate = dataSet.key(.patientBirthDate) ?? []
        summary.patientSex = dataSet.key(.patientSex) ?? []
        summary.studyInstanceUID = dataSet.key(.studyInstanceUID) ?? []
        summary.studyDate = dataSet.key(.studyDate) ?? []
        summary.studyTime = dataSet.key(.studyTime) ?? []
        summary.studyID = dataSet.key(.studyID) ?? []
        summary.studyDescription = dataSet.key(.studyDescription) ?? []
        summary.accessionNumber = dataSet.key(.accessionNumber) ?? []
        summary.seriesInstanceUID = dataSet.key(.seriesInstanceUID) ?? []
        summary.seriesNumber = dataSet.key(.seriesNumber) ?? []
        summary.seriesDescription = dataSet.key(.seriesDescription) ?? []
        summary.modality = dataSet.key(.modality) ?? []
        summary.bodyPartExamined = dataSet.key(.bodyPartExamined) ?? []
        summary.manufacturer = dataSet.key(.manufacturer) ?? []
        summary.manufacturerModelName = dataSet.key(.manufacturerModelName) ?? []
        summary.protocolName = dataSet.key(.protocolName) ?? []
        summary.institutionName = dataSet.key(.institutionName) ?? []
        summary.sopInstanceUID = key(dataSet, .sopInstanceUID, file.meta, .mediaStorageSOPInstanceUID)
        summary.sopClassUID = key(dataSet, .sopClassUID, file.meta, .mediaStorageSOPClassUID)
        summary.instanceNumber = dataSet.key(.instanceNumber) ?? []
        summary.orderKey = OrderKey.of(dataSet)
        summary.transferSyntaxUID = file.transferSyntaxUID
        for note in file.forgiven where !summary.forgiven.contains(note.code.rawValue) { summary.forgiven.append(note.code.rawValue) }
        return summary
    }

    /// The data set's value, else what the meta information says of it (PS3.10 section 7.1).
    private static func key(_ dataSet: DataSet, _ tag: Tag, _ meta: DataSet, _ metaTag: Tag) -> [UInt8] {
        if let own = dataSet.key(tag), !own.isEmpty { return own }
        return meta.key(metaTag) ?? []
    }
}
