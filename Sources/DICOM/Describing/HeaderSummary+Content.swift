/// What an object holds that is not an image, or not one that is drawn.
extension HeaderSummary {
    mutating func writeContent() {
        line("Contains") { line in
            line.part { $0.document() }
            line.report()
            line.waveform()
            line.part { $0.video() }
            line.part("structure set ") { $0.quoted(.structureSetLabel) }
            line.part("plan ") { $0.quoted(.rtPlanLabel) }
            line.part("dose in ") { $0.dataSet.contains(.doseGridScaling) && $0.text(.doseUnits) }
            line.part { $0.count(.segmentSequence, "segment", "segments") }
        }
    }

    /// `PDF "Radiology report", 803 bytes` (PS3.3 section C.24.2).
    private mutating func document() -> Bool {
        guard let document = dataSet.element(.encapsulatedDocument), document.contentLength > 0 else { return false }
        if isCode(.mimeTypeOfEncapsulatedDocument, "application/pdf") {
            output.append("PDF")
        } else if isCode(.mimeTypeOfEncapsulatedDocument, "model/stl") || isCode(.mimeTypeOfEncapsulatedDocument, "application/sla") {
            output.append("STL")
        } else if isCode(.mimeTypeOfEncapsulatedDocument, "model/obj") {
            output.append("OBJ")
        } else if !text(.mimeTypeOfEncapsulatedDocument) {
            output.append("a document")
        }
        let end = output.count
        output.append(0x20)
        if !quoted(.documentTitle) { output.truncate(to: end) }
        // The length of the value counts the byte that pads it.
        let length = dataSet.int(.encapsulatedDocumentLength) ?? document.contentLength
        output.append(", ")
        output.append(decimal: min(max(0, length), document.contentLength))
        output.append(" bytes")
        return true
    }

    /// `report "CT Report", complete, verified by Erika Beispiel` (PS3.3 sections C.17.2 and C.17.3).
    private mutating func report() {
        guard isCode(.valueType, "CONTAINER") else { return }
        part {
            $0.output.append("report")
            guard let title = $0.dataSet.item(.conceptNameCodeSequence, 0) else { return true }
            let end = $0.output.count
            $0.output.append(0x20)
            if !$0.quoted(.codeMeaning, in: title) { $0.output.truncate(to: end) }
            return true
        }
        if isCode(.completionFlag, "COMPLETE") { say("complete") }
        if isCode(.completionFlag, "PARTIAL") { say("partial") }
        if isCode(.verificationFlag, "UNVERIFIED") { say("unverified") }
        guard isCode(.verificationFlag, "VERIFIED") else { return }
        part {
            $0.output.append("verified")
            guard let observer = $0.dataSet.item(.verifyingObserverSequence, 0) else { return true }
            let end = $0.output.count
            $0.output.append(" by ")
            if !$0.person(.verifyingObserverName, in: observer) { $0.output.truncate(to: end) }
            return true
        }
    }

    /// `waveform, 12 channels, 10000 samples at 500 Hz`: the first group (PS3.3 section C.10.9).
    private mutating func waveform() {
        guard let group = dataSet.item(.waveformSequence, 0) else { return }
        say("waveform")
        part("", " channels") { $0.amount(.numberOfWaveformChannels, in: group) }
        part("", " samples") { $0.amount(.numberOfWaveformSamples, in: group) }
        part("", " Hz") { $0.amount(.samplingFrequency, in: group) }
    }

    /// Video streams are shown as they are, and never drawn.
    private mutating func video() -> Bool {
        guard file.pixelData != nil else { return false }
        switch file.transferSyntax.codec {
        case .mpeg2: output.append("MPEG-2 video, not drawn")
        case .h264: output.append("H.264 video, not drawn")
        case .hevc: output.append("H.265 video, not drawn")
        default: return false
        }
        return true
    }

    private mutating func say(_ word: StaticString) {
        part {
            $0.output.append(word)
            return true
        }
    }

    private mutating func count(_ tag: Tag, _ one: StaticString, _ many: StaticString) -> Bool {
        guard let count = dataSet.element(tag)?.itemCount, count > 0 else { return false }
        output.append(decimal: count)
        output.append(0x20)
        output.append(count == 1 ? one : many)
        return true
    }
}

extension Tag {
    fileprivate static var verifyingObserverSequence: Tag { Tag(0x0040, 0xA073) }
    fileprivate static var verifyingObserverName: Tag { Tag(0x0040, 0xA075) }
}
