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
    /// Decoded text of the value at hand.
    var scratch: [UInt8] = []
    /// Where the parts of the line at hand begin.
    private var bodyStart = 0

    init(_ file: Part10File, frame: Int, window: VOIChoice?) {
        self.file = file
        self.frame = frame
        self.window = window
    }

    var dataSet: DataSet { file.dataSet }

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

    /// Words of one part, with blanks between them; false where there are none.
    mutating func words(_ writes: [(inout HeaderSummary) -> Bool]) -> Bool {
        let first = output.count
        for write in writes {
            let start = output.count
            if start > first { output.append(0x20) }
            if !write(&self) { output.truncate(to: start) }
        }
        return output.count > first
    }

    // MARK: Who, when, where

    private mutating func writePatient() {
        line("Patient") { line in
            line.part { $0.person(.patientName, in: $0.dataSet) }
            line.part { $0.sex() }
            line.part("born ") { $0.date($0.ascii(.patientBirthDate, in: $0.dataSet)) }
            line.part("aged ") { $0.age() }
            line.part("ID ") { $0.text(.patientID, in: $0.dataSet) }
        }
    }

    private mutating func sex() -> Bool {
        switch ascii(.patientSex, in: dataSet) {
        case [0x46]: output.append("female")
        case [0x4D]: output.append("male")
        case [0x4F]: output.append("other sex")
        default: return false
        }
        return true
    }

    /// `034Y` (PS3.5 section 6.2, AS) as `34 years`.
    private mutating func age() -> Bool {
        let value = ascii(.patientAge, in: dataSet)
        guard value.count == 4, let number = Self.digits(value[0..<3]) else { return false }
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
                $0.words([
                    { $0.date($0.ascii(.studyDate, in: $0.dataSet)) }, { $0.time($0.ascii(.studyTime, in: $0.dataSet), seconds: false) },
                    { $0.text(.studyDescription, in: $0.dataSet) },
                ])
            }
            line.part("accession ") { $0.text(.accessionNumber, in: $0.dataSet) }
            line.part { $0.text(.institutionName, in: $0.dataSet) }
        }
    }

    private mutating func writeSeries() {
        line("Series") { line in
            line.part {
                $0.words([
                    { $0.integer(.seriesNumber) }, { $0.text(.modality, in: $0.dataSet) }, { $0.quoted(.seriesDescription, in: $0.dataSet) },
                ])
            }
            line.part { $0.text(.bodyPartExamined, in: $0.dataSet) }
            line.part {
                $0.words([{ $0.text(.manufacturer, in: $0.dataSet) }, { $0.text(.manufacturerModelName, in: $0.dataSet) }])
            }
            line.part("station ") { $0.text(.stationName, in: $0.dataSet) }
        }
    }

    // MARK: The image

    private mutating func writeImage() {
        guard let columns = dataSet.int(.columns), let rows = dataSet.int(.rows), columns > 0, rows > 0 else { return }
        line("Image") { line in
            line.part { $0.integer(.instanceNumber) }
            line.part {
                $0.output.append(decimal: columns)
                $0.output.append(" x ")
                $0.output.append(decimal: rows)
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
        guard let count = dataSet.int(.numberOfFrames), count > 1 else { return false }
        output.append(decimal: count)
        return true
    }

    private mutating func depth() -> Bool {
        if dataSet.int(.samplesPerPixel) ?? 1 > 1 || ascii(.photometricInterpretation, in: dataSet).starts(with: Array("PALETTE".utf8)) {
            output.append("colour")
            return true
        }
        guard let bits = dataSet.int(.bitsStored), (1...64).contains(bits) else { return false }
        output.append(decimal: bits)
        output.append(bits == 1 ? " bit" : " bits")
        return true
    }

    /// Width by height of a pixel, as the size is: Pixel Spacing has rows first (PS3.3 section 10.7.1.3).
    private mutating func spacing() -> Bool {
        let measures = FunctionalGroups.item(.pixelMeasuresSequence, frame: frame, of: dataSet)
        if let measures, size("pixel ", numbers(.pixelSpacing, in: measures)) { return true }
        return size("pixel ", numbers(.pixelSpacing, in: dataSet)) || size("detector pixel ", numbers(.imagerPixelSpacing, in: dataSet))
    }

    private mutating func size(_ what: StaticString, _ spacing: [Double]) -> Bool {
        guard spacing.count == 2, spacing.allSatisfy({ $0.isFinite && $0 > 0 }) else { return false }
        output.append(what)
        output.append(rounded: spacing[1])
        output.append(" x ")
        output.append(rounded: spacing[0])
        output.append(" mm")
        return true
    }

    /// `slice 3 mm at z -9 mm`.
    private mutating func slice() -> Bool {
        let measures = FunctionalGroups.item(.pixelMeasuresSequence, frame: frame, of: dataSet)
        let thickness = measures.flatMap { numbers(.sliceThickness, in: $0).first } ?? numbers(.sliceThickness, in: dataSet).first
        let hasThickness = thickness.map { $0.isFinite && $0 > 0 } ?? false
        if hasThickness, let thickness {
            output.append("slice ")
            output.append(rounded: thickness)
            output.append(" mm")
        }
        let start = output.count
        if hasThickness { output.append(0x20) }
        output.append("at ")
        if !place() { output.truncate(to: start) }
        return output.count > start || hasThickness
    }

    /// Where along the axis of the patient that the slices follow (LPS, PS3.3 section C.7.6.2.1.1); all three coordinates of an
    /// oblique slice.
    private mutating func place() -> Bool {
        let plane = FunctionalGroups.item(.planePositionSequence, frame: frame, of: dataSet) ?? dataSet
        let position = numbers(.imagePositionPatient, in: plane)
        guard position.count == 3, position.allSatisfy(\.isFinite) else { return false }
        let oriented = FunctionalGroups.item(.planeOrientationSequence, frame: frame, of: dataSet) ?? dataSet
        guard let axis = Self.axis(numbers(.imageOrientationPatient, in: oriented)) else {
            for (number, value) in position.enumerated() {
                output.append(number == 0 ? "(" : ", ")
                output.append(rounded: value)
            }
            output.append(") mm")
            return true
        }
        output.append(axis == 0 ? "x " : axis == 1 ? "y " : "z ")
        output.append(rounded: position[axis])
        output.append(" mm")
        return true
    }

    /// The axis that the normal of a slice follows within 26 degrees; nil for none.
    private static func axis(_ orientation: [Double]) -> Int? {
        guard orientation.count == 6 else { return nil }
        let (r, c) = (orientation[0..<3], Array(orientation[3..<6]))
        let normal = [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]]
        return normal.firstIndex { $0.magnitude > 0.9 }
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
        let combined = ascii(.acquisitionDateTime, in: dataSet)
        if combined.count >= 8, moment(combined[0..<8], combined.count >= 14 ? combined[8..<14] : []) { return true }
        for (date, time) in [(Tag.acquisitionDate, Tag.acquisitionTime), (Tag.contentDate, Tag.contentTime)] {
            if moment(ascii(date, in: dataSet)[...], ascii(time, in: dataSet)[...]) { return true }
        }
        return false
    }

    private mutating func moment(_ date: ArraySlice<UInt8>, _ time: ArraySlice<UInt8>) -> Bool {
        guard self.date(Array(date)) else { return false }
        let end = output.count
        output.append(0x20)
        if !self.time(Array(time), seconds: true) { output.truncate(to: end) }
        return true
    }

    // MARK: Exposure

    private mutating func writeExposure() {
        line("Exposure") { line in
            line.part("", " kV") { $0.amount(.kvp, in: $0.dataSet) }
            line.part("", " mA") { $0.amount(.xRayTubeCurrent, in: $0.dataSet) }
            line.part("", " mAs") { $0.amount(.exposure, in: $0.dataSet) }
            line.part("CTDIvol ", " mGy") { $0.amount(.ctdiVol, in: $0.dataSet) }
            line.part("entrance dose ", " mGy") { $0.amount(.entranceDoseInmGy, in: $0.dataSet) }
            line.part {
                guard let item = $0.dataSet.item(.radiopharmaceuticalInformationSequence, 0) else { return false }
                return $0.words([
                    { $0.text(.radiopharmaceutical, in: item) },
                    {
                        guard let dose = $0.numbers(.radionuclideTotalDose, in: item).first, dose.isFinite, dose > 0 else { return false }
                        $0.output.append(rounded: dose < 1e6 ? dose : dose / 1e6)
                        $0.output.append(dose < 1e6 ? " Bq" : " MBq")
                        return true
                    },
                ])
            }
        }
    }
}

extension Tag {
    fileprivate static var ctdiVol: Tag { Tag(0x0018, 0x9345) }
    fileprivate static var entranceDoseInmGy: Tag { Tag(0x0040, 0x8302) }
    fileprivate static var radiopharmaceuticalInformationSequence: Tag { Tag(0x0054, 0x0016) }
    fileprivate static var radiopharmaceutical: Tag { Tag(0x0018, 0x0031) }
    fileprivate static var radionuclideTotalDose: Tag { Tag(0x0018, 0x1074) }
}
