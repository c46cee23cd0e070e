/// The first lines of a header text, for people: who, what, when, where, how large.
///
/// From the file's own bytes only, in a fixed order, one idea a line, no line where the file says nothing. Values are made
/// visible as those of the elements are, and are cut where they are longer than people write.
struct HeaderSummary: ~Copyable {
    let file: Part10File
    /// 0-based frame that stands for the object.
    let frame: Int
    /// The window of the preview; nil without pixels.
    let window: VOIChoice?
    var output = TextBuffer(capacity: 1024)
    let dataSet: DataSet
    /// Whether spacing and place are looked for in functional groups first.
    private let hasGroups: Bool
    /// Numbers of the value at hand.
    var numbers: [Double] = []
    /// Where the parts of the line at hand begin.
    private var bodyStart = 0

    init(_ file: Part10File, frame: Int, window: VOIChoice?) {
        self.file = file
        self.frame = frame
        self.window = window
        dataSet = file.dataSet
        hasGroups = FunctionalGroups.exist(in: dataSet)
        numbers.reserveCapacity(8)
    }

    mutating func write() {
        writePatient()
        writeStudy()
        writeSeries()
        writeImage()
        writeExposure()
        writeContent()
    }

    // MARK: Lines and parts

    /// `# Title: part, part`; nothing where no part has anything to say.
    mutating func line(_ title: StaticString, _ parts: (inout HeaderSummary) -> Void) {
        let start = output.count
        output.append("# ")
        output.append(title)
        output.append(": ")
        bodyStart = output.count
        parts(&self)
        if output.count == bodyStart { output.truncate(to: start) } else { output.append(0x0A) }
    }

    /// One part of a line, with its comma; nothing where `write` returns false.
    mutating func part(_ before: StaticString = "", _ after: StaticString = "", _ write: (inout HeaderSummary) -> Bool) {
        let start = output.count
        if start > bodyStart { output.append(", ") }
        output.append(before)
        if write(&self) { output.append(after) } else { output.truncate(to: start) }
    }

    /// A further word of the part that began at `start`, with its blank; nothing where `write` returns false.
    mutating func word(_ start: Int, _ write: (inout HeaderSummary) -> Bool) {
        let before = output.count
        if before > start { output.append(0x20) }
        if !write(&self) { output.truncate(to: before) }
    }

    // MARK: Who, when, where

    private mutating func writePatient() {
        line("Patient") { line in
            line.part { $0.person(.patientName) }
            line.part { $0.withCode(.patientSex) { $0.sex($1) } }
            line.part("born ") { $0.date(.patientBirthDate) }
            line.part("aged ") { $0.withCode(.patientAge) { $0.age($1) } }
            line.part("ID ") { $0.text(.patientID) }
        }
    }

    private mutating func sex(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count == 1 else { return false }
        switch value[0] {
        case 0x46: output.append("female")
        case 0x4D: output.append("male")
        case 0x4F: output.append("other sex")
        default: return false
        }
        return true
    }

    /// `034Y` (PS3.5 section 6.2, AS) as `34 years`.
    private mutating func age(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count == 4, let (number, _) = Self.digits(UnsafeRawBufferPointer(rebasing: value[0..<3])) else { return false }
        output.append(decimal: number)
        switch value[3] {
        case 0x59: output.append(number == 1 ? " year" : " years")
        case 0x4D: output.append(number == 1 ? " month" : " months")
        case 0x57: output.append(number == 1 ? " week" : " weeks")
        case 0x44: output.append(number == 1 ? " day" : " days")
        default: return false
        }
        return true
    }

    private mutating func writeStudy() {
        line("Study") { line in
            line.part {
                let start = $0.output.count
                $0.word(start) { $0.date(.studyDate) }
                $0.word(start) { $0.time(.studyTime, seconds: false) }
                $0.word(start) { $0.text(.studyDescription) }
                return $0.output.count > start
            }
            line.part("accession ") { $0.text(.accessionNumber) }
            line.part { $0.text(.institutionName) }
        }
    }

    private mutating func writeSeries() {
        line("Series") { line in
            line.part {
                let start = $0.output.count
                $0.word(start) { $0.integer(.seriesNumber) }
                $0.word(start) { $0.text(.modality) }
                $0.word(start) { $0.quoted(.seriesDescription) }
                return $0.output.count > start
            }
            line.part { $0.text(.bodyPartExamined) }
            line.part {
                let start = $0.output.count
                $0.word(start) { $0.text(.manufacturer) }
                $0.word(start) { $0.text(.manufacturerModelName) }
                return $0.output.count > start
            }
            line.part("station ") { $0.text(.stationName) }
        }
    }

    // MARK: The image

    private mutating func writeImage() {
        guard let columns = number(.columns), let rows = number(.rows), columns > 0, rows > 0 else { return }
        line("Image") { line in
            line.part { $0.integer(.instanceNumber) }
            line.part {
                $0.output.append(rounded: columns)
                $0.output.append(" x ")
                $0.output.append(rounded: rows)
                return true
            }
            line.part("", " frames") { $0.frames() }
            line.part { $0.depth() }
            line.part { $0.spacing() }
            line.part { $0.slice() }
            line.part("window ") { $0.fileWindow() }
            line.part("taken ") { $0.moment() }
        }
    }

    private mutating func frames() -> Bool {
        guard let count = number(.numberOfFrames), count > 1 else { return false }
        output.append(rounded: count)
        return true
    }

    private mutating func depth() -> Bool {
        let isColour = number(.samplesPerPixel) ?? 1 > 1 || isCode(.photometricInterpretation, "PALETTE COLOR")
        if isColour {
            output.append("colour")
            return true
        }
        guard let bits = number(.bitsStored), (1...64).contains(bits) else { return false }
        output.append(rounded: bits)
        output.append(bits == 1 ? " bit" : " bits")
        return true
    }

    /// Width by height of a pixel, as the size is: Pixel Spacing has rows first (PS3.3 section 10.7.1.3).
    private mutating func spacing() -> Bool {
        if let measures = group(.pixelMeasuresSequence), size("pixel ", .pixelSpacing, in: measures) { return true }
        return size("pixel ", .pixelSpacing, in: nil) || size("detector pixel ", .imagerPixelSpacing, in: nil)
    }

    private func group(_ macro: Tag) -> DataSet? { hasGroups ? FunctionalGroups.item(macro, frame: frame, of: dataSet) : nil }

    private mutating func size(_ what: StaticString, _ tag: Tag, in item: DataSet?) -> Bool {
        readNumbers(tag, in: item)
        guard numbers.count == 2, numbers.allSatisfy({ $0.isFinite && $0 > 0 }) else { return false }
        output.append(what)
        output.append(rounded: numbers[1])
        output.append(" x ")
        output.append(rounded: numbers[0])
        output.append(" mm")
        return true
    }

    /// `slice 3 mm at z -9 mm`.
    private mutating func slice() -> Bool {
        let start = output.count
        let measures = group(.pixelMeasuresSequence)
        let thickness = measures.flatMap { number(.sliceThickness, in: $0) } ?? number(.sliceThickness)
        if let thickness, thickness > 0 {
            output.append("slice ")
            output.append(rounded: thickness)
            output.append(" mm")
        }
        word(start) {
            $0.output.append("at ")
            return $0.place()
        }
        return output.count > start
    }

    /// Where along the axis of the patient that the slices follow (LPS, PS3.3 section C.7.6.2.1.1); all three coordinates of an
    /// oblique slice.
    private mutating func place() -> Bool {
        readNumbers(.imagePositionPatient, in: group(.planePositionSequence))
        guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else { return false }
        let (x, y, z) = (numbers[0], numbers[1], numbers[2])
        readNumbers(.imageOrientationPatient, in: group(.planeOrientationSequence))
        switch Self.axis(numbers) {
        case 0: output.append("x ")
        case 1: output.append("y ")
        case 2: output.append("z ")
        default:
            output.append("(")
            output.append(rounded: x)
            output.append(", ")
            output.append(rounded: y)
            output.append(", ")
            output.append(rounded: z)
            output.append(") mm")
            return true
        }
        output.append(rounded: Self.axis(numbers) == 0 ? x : Self.axis(numbers) == 1 ? y : z)
        output.append(" mm")
        return true
    }

    /// The axis that the normal of a slice follows within 26 degrees; nil for none.
    private static func axis(_ orientation: [Double]) -> Int? {
        guard orientation.count == 6 else { return nil }
        let (a, b, c, d, e, f) = (orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5])
        if (b * f - c * e).magnitude > 0.9 { return 0 }
        if (c * d - a * f).magnitude > 0.9 { return 1 }
        return (a * e - b * d).magnitude > 0.9 ? 2 : nil
    }

    private mutating func fileWindow() -> Bool {
        guard case .window(let window) = window else { return false }
        output.append(shortest: window.center)
        output.append(0x2F)
        output.append(shortest: window.width)
        return true
    }

    /// Acquisition DateTime, else date and time of acquisition, else those of content.
    private mutating func moment() -> Bool {
        let isWhole = withCode(.acquisitionDateTime) { summary, value in
            guard value.count >= 8, summary.date(UnsafeRawBufferPointer(rebasing: value[0..<8])) else { return false }
            let time = UnsafeRawBufferPointer(rebasing: value[8..<min(14, value.count)])
            summary.output.append(0x20)
            if !summary.time(time, seconds: true) { summary.output.truncate(to: summary.output.count - 1) }
            return true
        }
        return isWhole || moment(.acquisitionDate, .acquisitionTime) || moment(.contentDate, .contentTime)
    }

    private mutating func moment(_ date: Tag, _ time: Tag) -> Bool {
        guard self.date(date) else { return false }
        let end = output.count
        output.append(0x20)
        if !self.time(time, seconds: true) { output.truncate(to: end) }
        return true
    }

    // MARK: Exposure

    private mutating func writeExposure() {
        line("Exposure") { line in
            line.part("", " kV") { $0.amount(.kvp) }
            line.part("", " mA") { $0.amount(.xRayTubeCurrent) }
            line.part("", " mAs") { $0.amount(.exposure) }
            line.part("CTDIvol ", " mGy") { $0.amount(.ctdiVol) }
            line.part("entrance dose ", " mGy") { $0.amount(.entranceDoseInmGy) }
            line.part {
                guard let item = $0.dataSet.item(.radiopharmaceuticalInformationSequence, 0) else { return false }
                let start = $0.output.count
                $0.word(start) { $0.text(.radiopharmaceutical, in: item) }
                $0.word(start) { $0.activity(item) }
                return $0.output.count > start
            }
        }
    }

    private mutating func activity(_ item: DataSet) -> Bool {
        guard let dose = number(.radionuclideTotalDose, in: item), dose > 0 else { return false }
        output.append(rounded: dose < 1e6 ? dose : dose / 1e6)
        output.append(dose < 1e6 ? " Bq" : " MBq")
        return true
    }
}

extension Tag {
    fileprivate static var ctdiVol: Tag { Tag(0x0018, 0x9345) }
    fileprivate static var entranceDoseInmGy: Tag { Tag(0x0040, 0x8302) }
    fileprivate static var radiopharmaceuticalInformationSequence: Tag { Tag(0x0054, 0x0016) }
    fileprivate static var radiopharmaceutical: Tag { Tag(0x0018, 0x0031) }
    fileprivate static var radionuclideTotalDose: Tag { Tag(0x0018, 0x1074) }
}
