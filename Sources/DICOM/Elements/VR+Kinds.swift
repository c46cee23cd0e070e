/// What a VR says about its value (PS3.5 section 6.2, table 6.2-1; section 7.1.2).
extension VR {
    /// How the header of an element with this VR goes on in Explicit VR.
    enum HeaderForm {
        /// 16-bit length right after the VR.
        case short
        /// Two reserved bytes, then a 32-bit length.
        case long
        /// Not a VR of the standard.
        case unknown
    }

    var headerForm: HeaderForm {
        switch rawValue {
        case 0x4145, 0x4153, 0x4154, 0x4353, 0x4441, 0x4453, 0x4454, 0x4644, 0x464C, 0x4953, 0x4C4F, 0x4C54, 0x504E, 0x5348, 0x534C, 0x5353,
            0x5354, 0x544D, 0x5549, 0x554C, 0x5553:
            .short
        case 0x4F42, 0x4F44, 0x4F46, 0x4F4C, 0x4F56, 0x4F57, 0x5351, 0x5356, 0x5543, 0x554E, 0x5552, 0x5554, 0x5556: .long
        default: .unknown
        }
    }

    /// One of the 34 VRs of the standard.
    package var isKnown: Bool { headerForm != .unknown }

    /// A 32-bit length after two reserved bytes in Explicit VR (PS3.5 section 7.1.2).
    package var hasLongLength: Bool { headerForm == .long }

    /// Values are character strings.
    package var isText: Bool {
        switch self {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .LT, .PN, .SH, .ST, .TM, .UC, .UI, .UR, .UT: true
        default: false
        }
    }

    /// Text whose characters follow Specific Character Set (PS3.5 section 6.1.2.3).
    package var usesCharacterSet: Bool {
        switch self {
        case .LO, .LT, .PN, .SH, .ST, .UC, .UT: true
        default: false
        }
    }

    /// Text of one value only: a backslash is an ordinary character.
    package var isSingleText: Bool {
        switch self {
        case .LT, .ST, .UT, .UR: true
        default: false
        }
    }

    /// A string of bytes, words or unknown content: OB OD OF OL OV OW UN.
    package var isBinary: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .UN: true
        default: false
        }
    }

    /// Bytes of one number (or of one word of the O* VRs) of this VR; 0 for text, sequences and UN.
    package var unitSize: Int {
        switch self {
        case .OB: 1
        case .OW, .SS, .US: 2
        case .AT, .FL, .OF, .OL, .SL, .UL: 4
        case .FD, .OD, .OV, .SV, .UV: 8
        default: 0
        }
    }
}
