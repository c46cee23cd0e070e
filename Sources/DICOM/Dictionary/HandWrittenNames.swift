/// Rows written by hand.
enum HandWrittenNames {
    /// Names for the end of a line, where the registered ones are too long to read (header-text.md H8).
    static let shortNames: StaticString = """
        1.2.840.10008.1.2.4.50 JPEG Baseline
        1.2.840.10008.1.2.4.51 JPEG Extended
        1.2.840.10008.1.2.4.57 JPEG Lossless
        1.2.840.10008.1.2.4.70 JPEG Lossless SV1
        1.2.840.10008.1.2.4.80 JPEG-LS Lossless
        1.2.840.10008.1.2.4.81 JPEG-LS Near-Lossless
        1.2.840.10008.1.2.4.90 JPEG 2000 Lossless
        1.2.840.10008.1.2.4.91 JPEG 2000
        1.2.840.10008.1.2.4.92 JPEG 2000 Part 2 Lossless
        1.2.840.10008.1.2.4.93 JPEG 2000 Part 2
        1.2.840.10008.1.2.4.201 HTJ2K Lossless
        1.2.840.10008.1.2.4.202 HTJ2K Lossless RPCL
        1.2.840.10008.1.2.4.203 HTJ2K
        """

    /// Names for a line of their own.
    static let longNames: StaticString = """
        1.2.840.10008.1.2.4.70 JPEG Lossless, First-Order Prediction (Process 14 SV1)
        """
}
