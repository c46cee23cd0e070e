/// The VR column of PS3.6: one VR, or a choice that depends on the data set (PS3.5 Annex A.1, section 8.1; PS3.6 section 6).
package enum DictionaryVR: Hashable, Sendable {
    case single(VR)
    /// Follows Pixel Representation (0028,0103) of the data set, or of the one that encloses it.
    case unsignedOrSignedShort
    /// Pixel data, overlays, curves, waveforms: OW in Implicit VR; else OW above 8 bits allocated, OB up to 8.
    case otherByteOrWord
    /// LUT Data: US with one value, else OW.
    case unsignedShortOrWord
    /// Retired Gray Lookup Table Data.
    case unsignedOrSignedShortOrWord
    /// Items and delimiters: no VR at all.
    case none

    /// The VR to decode with.
    ///
    /// - Parameters:
    ///   - isSigned: Pixel Representation is 1.
    ///   - isWord: true for Implicit VR Little Endian, or where more than 8 bits are allocated.
    package func resolved(isSigned: Bool = false, isWord: Bool = true) -> VR {
        switch self {
        case .single(let vr): vr
        case .unsignedOrSignedShort: isSigned ? .SS : .US
        case .otherByteOrWord: isWord ? .OW : .OB
        case .unsignedShortOrWord, .unsignedOrSignedShortOrWord: .OW
        case .none: .UN
        }
    }

    /// Reads the two letters of the generated tables; lower case marks a choice.
    init(letters first: UInt8, _ second: UInt8) {
        switch (first, second) {
        case (0x78, 0x73): self = .unsignedOrSignedShort  // xs
        case (0x6F, 0x78): self = .otherByteOrWord  // ox
        case (0x75, 0x6F): self = .unsignedShortOrWord  // uo
        case (0x6C, 0x74): self = .unsignedOrSignedShortOrWord  // lt
        case (0x6E, 0x61): self = .none  // na
        default: self = .single(VR(rawValue: UInt16(first) << 8 | UInt16(second)))
        }
    }
}
