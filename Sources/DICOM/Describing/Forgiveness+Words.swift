/// What was tolerated, in words for people.
extension Forgiveness.Code {
    package var words: StaticString {
        switch self {
        case .noPreamble: "no preamble and DICM before the data set"
        case .noMeta: "no file meta information"
        case .metaEncoding: "file meta information in another encoding than Explicit VR Little Endian"
        case .noTransferSyntax: "no Transfer Syntax UID, the encoding was guessed"
        case .unknownTransferSyntax: "an unknown Transfer Syntax UID, the encoding was guessed"
        case .wrongTransferSyntax: "a data set that is not encoded as its transfer syntax says"
        case .unknownVR: "a value representation that does not exist, or none"
        case .wrongHeaderForm: "an element header in the wrong form"
        case .oddLength: "a value of odd length"
        case .outOfOrder: "a tag that is not greater than the one before it"
        case .duplicate: "a tag that stands twice, the first one counts"
        case .lengthPastParent: "an element that is longer than what holds it, cut there"
        case .missingDelimiter: "a sequence or item without an end of its own"
        case .strayDelimiter: "a delimiter or item where none may stand, skipped"
        case .delimiterLength: "a delimiter with a length, which was ignored"
        case .notAnItem: "something else than an item in a sequence, whose rest was skipped"
        case .tooDeep: "sequences nested too deep, shown as bytes"
        case .fragmentsOutsidePixelData: "fragments outside Pixel Data"
        case .trailingZeros: "zeros after the data set"
        case .trailingBytes: "bytes after the data set that are no elements"
        case .wrongLength: "a sequence or item whose length its contents contradict"
        case .mixedEncoding: "elements in another encoding than those around them"
        case .missingPad: "an odd length that leaves out the padding"
        case .resynchronised: "bytes that are no elements, passed over"
        case .fragmentsOfDefinedLength: "fragments in pixel data of defined length"
        case .longValue: "a value far longer than allowed, kept cut in the index"
        case .characterSet: "text in another character set than declared"
        case .zlibHeader: "a deflated data set with a zlib header"
        }
    }
}
