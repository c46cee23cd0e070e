/// Photometric Interpretation (0028,0004) in the spelling of PS3.3 C.7.6.3.1.2, whatever was written: writers leave out the 2 of
/// MONOCHROME2, use lower case, and mix up blanks and underscores.
package enum PhotometricTerm {
    private static let canonical = [
        "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT",
        "YBR_RCT", "XYB",
    ]
    private static let byLetters: [String: String] = {
        var terms: [String: String] = [:]
        for term in canonical { terms[letters(term)] = term }
        for (spelt, term) in [
            ("MONOCHROME", "MONOCHROME2"), ("GRAYSCALE", "MONOCHROME2"), ("PALETTE", "PALETTE COLOR"), ("PALETTECOLOUR", "PALETTE COLOR"),
            ("YBR", "YBR_FULL"), ("YCBCR", "YBR_FULL"), ("YBR422", "YBR_FULL_422"),
        ] {
            terms[spelt] = term
        }
        return terms
    }()

    /// The term itself where the standard has it or nothing like it; empty for an empty one.
    package static func normalized(_ term: String) -> String {
        // Nearly every file spells it right: one comparison, and no copy.
        if canonical.contains(term) { return term }
        return byLetters[letters(term)] ?? term
    }

    /// Of a data set; nil where the attribute is absent or empty.
    package static func of(_ dataSet: DataSet) -> String? {
        guard let term = dataSet.string(.photometricInterpretation), !term.isEmpty else { return nil }
        return normalized(term)
    }

    private static func letters(_ term: String) -> String {
        String(decoding: term.utf8.lazy.compactMap { byte -> UInt8? in
            switch byte {
            case 0x61...0x7A: byte - 0x20
            case 0x41...0x5A, 0x30...0x39: byte
            default: nil
            }
        }, as: UTF8.self)
    }
}
