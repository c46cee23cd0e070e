/// One file of `/problems`.
package struct ProblemReason: Hashable, Sendable {
    /// File name with extension, e.g. `truncated.txt`, `conflicts.txt`, `missing.txt`.
    package let name: [UInt8]
    /// Newest change of what it lists, nanoseconds since 1970; 0 when unknown.
    package let changedNs: Int64

    package init(name: [UInt8], changedNs: Int64) {
        self.name = name
        self.changedNs = changedNs
    }
}

/// One input that is not shown, for `dcmfs problems`.
package struct ProblemEntry: Hashable, Sendable {
    /// Every reason there may be, in order; what is read of media directories stands behind `dicomdir-`, too.
    package static let reasons = [
        "changed", "conflicts", "damaged-pixels", "dcmfs-mount", "dicomdir-malformed", "dicomdir-missing", "dicomdir-truncated",
        "dicomdir-unsafe", "header-damaged", "inconsistent", "limit-exceeded", "malformed", "missing", "no-pixels", "no-preview", "not-dicom",
        "other-folder", "packed", "reader-failed", "special-file", "symbolic-link", "too-deep", "touched", "truncated", "unreadable",
        "unreadable-folder", "unsupported",
    ]

    package let reason: String
    package let path: [UInt8]
    /// Byte offset in the file, -1 where there is none.
    package let offset: Int64
    package let message: [UInt8]
}

/// How much of what is in the archive.
package struct ArchiveCounts: Hashable, Sendable {
    package var patients = 0
    package var studies = 0
    package var series = 0
    package var instances = 0
    /// Files that are the (first) source of an instance.
    package var shown = 0
    package var duplicates = 0
    package var copies = 0
    package var setAside = 0
    package var notDICOM = 0
    package var mediaDirectories = 0
    package var skipped = 0
    /// Sources that the last index of their folder did not find.
    package var gone = 0
    /// Sources of instances that are there and cannot be read, or hold something else.
    package var unreadable = 0
    package var conflicts = 0
    /// Instances that an older version described: their header texts are of its format until the next index reads them again.
    package var older = 0
    /// Bytes of the instances' source files.
    package var instanceBytes: Int64 = 0

    /// What was not as the standard wants it and was read all the same: instances by code of `Forgiveness`.
    package var forgiven: [String: Int] = [:]

    package init() {}
}
