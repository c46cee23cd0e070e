/// The header as text: comments for people, then one line per element with its full path, VR and value (docs/guide.md).
///
/// A pure function of the header bytes: no pixels, no build, no machine.
package enum HeaderText {
    /// How the same header is written. A number is stored with the text's length in the index, so an older format is written as it
    /// was for as long as archives name it.
    package enum Format: Int, Hashable, Sendable, CaseIterable {
        case first = 1
        /// A summary for people, private elements that begin as no public one does, the place of what is cut.
        case second = 2

        package static let current = Format.second
    }

    /// Grows when the same header gives another text.
    package static let formatVersion = Format.current.rawValue
    /// Longest text; what follows in a (hostile) header is left out with a last line that says so.
    static let byteLimit = 16 << 20

    /// The text of a file; bulk data are not read for it.
    package static func text(of file: Part10File, format: Format = .current) -> [UInt8] {
        withParts(of: file, format) { comments, elements in
            var text: [UInt8] = []
            text.reserveCapacity(comments.count + elements.count)
            text.append(contentsOf: comments)
            text.append(contentsOf: elements)
            return text
        }
    }

    /// Bytes of the text.
    package static func length(of file: Part10File, format: Format = .current) -> Int { withParts(of: file, format) { $0.count + $1.count } }

    /// The comments, which say what was noticed on the way, stand before the elements.
    private static func withParts<R>(of file: Part10File, _ format: Format, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> R) -> R {
        var writer = HeaderTextWriter(file, format)
        writer.writeElements()
        var comments = TextBuffer(capacity: 1024)
        writeComments(of: file, format, issues: writer.issues, into: &comments)
        return comments.withBytes(0..<comments.count) { comments in
            writer.output.withBytes(0..<writer.output.count) { body(comments, $0) }
        }
    }

    private static func writeComments(of file: Part10File, _ format: Format, issues: SpecificCharacterSet.Issues, into output: inout TextBuffer) {
        output.append("# dcmfs header ")
        output.append(decimal: format.rawValue)
        output.append(0x0A)
        let frame = FunctionalGroups.representativeFrame(of: file.dataSet)
        let window = file.pixelData == nil ? nil : VOIChoice.choice(for: file.dataSet, frame: frame)
        if format != .first {
            var summary = HeaderSummary(file, frame: frame, window: window)
            summary.write()
            output.append(summary.output)
        }
        output.append("# SOP class: ")
        let sopClass = uid(file.dataSet, .sopClassUID) ?? uid(file.meta, .mediaStorageSOPClassUID) ?? []
        writeName(of: sopClass, long: nil, into: &output)
        output.append("\n# transfer syntax: ")
        if file.transferSyntaxUID.isEmpty {
            output.append(file.transferSyntax.name)
            output.append(" (guessed)")
        } else {
            writeName(of: file.transferSyntaxUID, long: UIDDictionary.longName(file.transferSyntaxUID), into: &output)
        }
        output.append(0x0A)
        if format != .first, let set = file.recognisedCharacterSet {
            output.append("# character set: none that is known is declared; read as ")
            output.append(set.name)
            output.append(", which fits all texts of the file\n")
        }
        if let window { writePreview(of: file, window, into: &output) }
        switch format {
        case .first: writeFirstWarnings(of: file, into: &output)
        case .second: writeWarnings(of: file, into: &output)
        }
        writeWarnings(issues, into: &output)
    }

    private static func uid(_ dataSet: DataSet, _ tag: Tag) -> [UInt8]? {
        guard let element = dataSet.element(tag), element.contentLength > 0, element.contentLength <= 1024 else { return nil }
        return element.rawBytes.map { $0.withUnsafeBytes { TextTrimming.trimmed($0) } }
    }

    private static func writeName(of uid: [UInt8], long: StaticText?, into output: inout TextBuffer) {
        if let name = long ?? UIDDictionary.name(uid) { return output.append(name) }
        if uid.isEmpty { return output.append("unknown") }
        var text: [UInt8] = []
        uid.withUnsafeBytes { _ = SpecificCharacterSet().decode($0, vr: .UI, into: &text) }
        text.withUnsafeBytes { _ = VisibleText(isMultiValued: false, limit: 64).write($0, into: &output) }
    }

    /// The window rule of the preview; never a value that the pixels decide (H1).
    private static func writePreview(of file: Part10File, _ choice: VOIChoice, into output: inout TextBuffer) {
        switch choice {
        case .window(let window):
            output.append("# preview: window ")
            output.append(shortest: window.center)
            output.append(0x2F)
            output.append(shortest: window.width)
            output.append(0x20)
            output.append(window.function.rawValue)
            output.append(" (file)\n")
        case .lut: output.append("# preview: VOI LUT (file)\n")
        case .auto: output.append("# preview: window auto\n")
        case .none: output.append("# preview: color\n")
        }
        // The shape is followed, which not every viewer does (rule G22).
        if file.dataSet.string(.photometricInterpretation) == "MONOCHROME1", file.dataSet.string(.presentationLUTShape) == "IDENTITY" {
            output.append("# note: Presentation LUT Shape IDENTITY, so MONOCHROME1 is not inverted\n")
        }
    }

    /// What the reader tolerated and where, and where it had to give up, in words: before the elements, because nobody looks for
    /// it behind them.
    private static func writeWarnings(of file: Part10File, into output: inout TextBuffer) {
        if let error = file.parseError {
            let isPassed = file.forgiven.contains { $0.code == .resynchronised && $0.offset == error.offset }
            output.append(isPassed ? "# damaged" : "# damaged: reading ended")
            if error.offset >= 0 {
                output.append(" at offset ")
                output.append(decimal: error.offset)
            }
            output.append(": ")
            output.append(VisibleText.line(error.message))
            output.append(isPassed ? "\n" : "; what follows there is not shown\n")
        }
        for forgiveness in file.forgiven.prefix(noted) {
            output.append("# warning at offset ")
            output.append(decimal: forgiveness.offset)
            output.append(": ")
            output.append(forgiveness.code.words)
            output.append(" (")
            output.append(forgiveness.code.rawValue)
            output.append(")\n")
        }
        writeCount(of: file, into: &output)
    }

    /// Of format 1.
    private static func writeFirstWarnings(of file: Part10File, into output: inout TextBuffer) {
        for forgiveness in file.forgiven.prefix(noted) {
            output.append("# warning: ")
            output.append(forgiveness.code.rawValue)
            output.append(" at offset ")
            output.append(decimal: forgiveness.offset)
            output.append(0x0A)
        }
        writeCount(of: file, into: &output)
    }

    /// Most tolerated things that are named one by one.
    private static let noted = 16

    private static func writeCount(of file: Part10File, into output: inout TextBuffer) {
        guard file.forgiven.count > noted else { return }
        output.append("# warning: ")
        output.append(decimal: file.forgiven.count - noted)
        output.append(" more of that kind\n")
    }

    private static func writeWarnings(_ issues: SpecificCharacterSet.Issues, into output: inout TextBuffer) {
        if issues.contains(.undeclared) {
            output.append("# warning: 8-bit text without a known Specific Character Set, read as UTF-8 or ISO 8859-1\n")
        }
        if issues.contains(.undecodable) { output.append("# warning: text with bytes that its character set does not have\n") }
    }
}
