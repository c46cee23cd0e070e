/// Where we and the corpus's header oracle (pydicom 3.0.2) differ, and who is right by which section of the standard.
enum HeaderDisagreements {
    /// A known difference: in files whose path contains `file`, at paths of tags that begin with one of `tags`.
    struct Known {
        let file: String
        let tags: [String]
        let reason: String

        func covers(_ difference: HeaderOracle.Difference) -> Bool {
            difference.file.contains(file) && tags.contains { difference.tags.hasPrefix($0) }
        }
    }

    /// The reason for a difference that is known and meant to stay; nil for any other.
    static func reason(_ difference: HeaderOracle.Difference) -> String? {
        known.first { $0.covers(difference) }?.reason
    }

    static let known: [Known] = characterSets + byteOrder + damage

    private static let characterSets = [
        Known(
            file: "derived/charset/iso2022_gb2312.dcm", tags: ["00100010"],
            reason: "ours: pydicom leaves the escape sequence of ISO-IR 58 in the text (PS3.5 annex K; manifest note)"),
        Known(
            file: "derived/charset/iso2022_unterminated.dcm", tags: ["00100010"],
            reason: "neither: the file does not switch back before '^' (PS3.5 section 6.1.2.5.3); we decode what is there, pydicom nothing"),
        Known(
            file: "derived/charset/missing_is_utf8.dcm", tags: ["00100010"],
            reason: "ours: undeclared bytes that are UTF-8 are read so, with a warning (header-text.md 8.3); the standard has no answer"),
    ]

    private static let byteOrder = [
        Known(
            file: "CTImage.dcm_BigEndianExplicitTransferSyntax", tags: ["00"],
            reason: "ours: private elements with VR UN hold little endian values (PS3.5 section 6.2.2, CP-246): 4.7, not 2.7e+23"),
        Known(
            file: "OBXXXX1A_expb", tags: ["0028120"],
            reason: "ours: InlineBinary is little endian (PS3.18 F.2.7), OW is swapped (PS3.5 section 7.3); pydicom gives the bytes of the file"),
        Known(
            file: "SC_rgb_small_odd_big_endian.dcm", tags: ["7FE00010"],
            reason: "ours: InlineBinary is little endian (PS3.18 F.2.7); pydicom gives the bytes of the file"),
        Known(
            file: "rtdose_expb_1frame.dcm", tags: ["7FE00010"],
            reason: "ours: InlineBinary is little endian (PS3.18 F.2.7); pydicom gives the bytes of the file"),
    ]

    private static let damage = [
        Known(
            file: "derived/broken/no_preamble.dcm", tags: ["0", "4", "5", "7", "F"],
            reason: "ours: a data set without preamble begins at offset 0 (ACR-NEMA, PS3.10 section 7.1 note); pydicom takes 128 bytes of it for one"),
        Known(
            file: "derived/broken/dicm_by_chance_at_128.dcm", tags: ["0", "6"],
            reason: "ours: 'DICM' at 128 is part of a text, the elements begin at offset 0"),
        Known(
            file: "derived/broken/ts_says_bigendian_is_little.dcm", tags: ["0"],
            reason: "ours: the data set is little endian, whatever (0002,0010) says; pydicom reads byte-swapped tags"),
        Known(
            file: "derived/broken/odd_lengths.dcm", tags: ["0020000D"],
            reason: "neither: the tag stands twice (PS3.5 section 7.1 allows it once); the first one counts for us, the last one for pydicom"),
        Known(
            file: "derived/broken/zero_vr.dcm", tags: ["00291001", "00400254"],
            reason: "ours, with DCMTK: the element behind the one without a VR is there (PS3.5 section 7.1.2)"),
        Known(
            file: "derived/broken/space_vr.dcm", tags: ["00280120", "00400254"],
            reason: "ours, with DCMTK: the element behind the one with blanks as VR is there (PS3.5 section 7.1.2)"),
        Known(
            file: "derived/broken/jpeg_file_cut.dcm", tags: ["7FE00010"],
            reason: "ours: pydicom drops pixel data whose fragments are not closed; what is there is named by place"),
        Known(
            file: "derived/broken/trailing_garbage.dcm", tags: ["ADDEEFBE"],
            reason: "ours: what follows the data set is no element (its tag is lower than the one before, PS3.5 section 7.1)"),
        Known(file: "derived/broken/rle_cut_in_fragment.dcm", tags: ["7FE00010"], reason: "the same"),
        Known(file: "derived/broken/rle_no_delimiter.dcm", tags: ["7FE00010"], reason: "the same"),
        Known(file: "emri_small_jpeg_2k_lossless_too_short.dcm", tags: ["7FE00010"], reason: "the same"),
    ]
}
