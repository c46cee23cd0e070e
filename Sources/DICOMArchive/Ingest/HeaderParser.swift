package import DICOM

/// Looks inside files for the index: in the product a pool of sandboxed workers, in tests the parser itself.
package protocol HeaderParser: Sendable {
    /// Parses the open files, as many results as descriptors, in the same order. Does not close them.
    /// Called from several threads at once; `sizes` are the files' sizes in bytes.
    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput]
}

/// What became of one file handed to a `HeaderParser`.
package enum ParsedInput: Hashable, Sendable {
    case outcome(IngestOutcome)
    /// The parser died or stalled on it; one line without patient data.
    case failed(reason: String)
}
