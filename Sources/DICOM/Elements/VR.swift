/// A value representation: its two letters, the first in the high byte (PS3.5 section 6.2).
// swift-format-ignore: AlwaysUseLowerCamelCase
package struct VR: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The two letters, e.g. `PN`. Other bytes (of a damaged file) as they are, in Latin-1.
    package var description: String {
        String(UnicodeScalar(UInt8(truncatingIfNeeded: rawValue >> 8))) + String(UnicodeScalar(UInt8(truncatingIfNeeded: rawValue)))
    }

    package static let AE = VR(rawValue: 0x4145)
    package static let AS = VR(rawValue: 0x4153)
    package static let AT = VR(rawValue: 0x4154)
    package static let CS = VR(rawValue: 0x4353)
    package static let DA = VR(rawValue: 0x4441)
    package static let DS = VR(rawValue: 0x4453)
    package static let DT = VR(rawValue: 0x4454)
    package static let FD = VR(rawValue: 0x4644)
    package static let FL = VR(rawValue: 0x464C)
    package static let IS = VR(rawValue: 0x4953)
    package static let LO = VR(rawValue: 0x4C4F)
    package static let LT = VR(rawValue: 0x4C54)
    package static let OB = VR(rawValue: 0x4F42)
    package static let OD = VR(rawValue: 0x4F44)
    package static let OF = VR(rawValue: 0x4F46)
    package static let OL = VR(rawValue: 0x4F4C)
    package static let OV = VR(rawValue: 0x4F56)
    package static let OW = VR(rawValue: 0x4F57)
    package static let PN = VR(rawValue: 0x504E)
    package static let SH = VR(rawValue: 0x5348)
    package static let SL = VR(rawValue: 0x534C)
    package static let SQ = VR(rawValue: 0x5351)
    package static let SS = VR(rawValue: 0x5353)
    package static let ST = VR(rawValue: 0x5354)
    package static let SV = VR(rawValue: 0x5356)
    package static let TM = VR(rawValue: 0x544D)
    package static let UC = VR(rawValue: 0x5543)
    package static let UI = VR(rawValue: 0x5549)
    package static let UL = VR(rawValue: 0x554C)
    package static let UN = VR(rawValue: 0x554E)
    package static let UR = VR(rawValue: 0x5552)
    package static let US = VR(rawValue: 0x5553)
    package static let UT = VR(rawValue: 0x5554)
    package static let UV = VR(rawValue: 0x5556)

    package static let all: [VR] = [
        .AE, .AS, .AT, .CS, .DA, .DS, .DT, .FD, .FL, .IS, .LO, .LT, .OB, .OD, .OF, .OL, .OV, .OW, .PN, .SH, .SL, .SQ, .SS, .ST, .SV, .TM,
        .UC, .UI, .UL, .UN, .UR, .US, .UT, .UV,
    ]
}
