/// What pydicom 3.0.2 lacks; its own row wins where it has one. Elements as lines of the table.
let newerElements: [String] = []

/// Not single rows of PS3.6: any group length (PS3.5 section 7.2) and any private creator (section 7.8.1).
let fixedElements = [
    "gggg0000 UL 1 GroupLength",
    "ggggcccc LO 1 PrivateCreator",
]

let newerUIDs = [
    "1.2.840.10008.1.2.4.110 JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111 JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112 JPEG XL",
    "1.2.840.10008.1.2.8.1 Deflated Image Frame Compression",
]
