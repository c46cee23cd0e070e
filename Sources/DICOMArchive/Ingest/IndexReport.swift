/// What an index run came to. Every regular file that was found is in exactly one of the counts.
package struct IndexReport: Hashable, Sendable {
    package var found = 0
    package var new = 0
    package var unchanged = 0
    package var changed = 0
    /// Files that hold the same bytes as another source of their instance.
    package var duplicates = 0
    /// By reason.
    package var setAside: [String: Int] = [:]
    package var notDICOM = 0
    package var mediaDirectories = 0

    /// Sources whose bytes are others than those whose digest was stored, and the first of them by name; also in other counts.
    package var contentChanged = 0
    package var contentChanges: [ContentChange] = []
    package static let mostNamed = 1000

    /// What is not a regular file and was not followed, by reason; not in `found`.
    package var skipped: [String: Int] = [:]
    /// Sources below the paths that are not there any more; not in `found`.
    package var gone = 0
    /// Of those, found to be gone by this run.
    package var newlyGone = 0
    /// Of those, rows dropped by `--prune`.
    package var pruned = 0
    /// Files copied by `--copy-to`.
    package var copied = 0
    /// Instances whose files are as they were and were read again, because an older version had described them.
    package var describedAgain = 0
    /// Files that were left alone because somebody may still be writing to them; not in `found`.
    package var waiting = 0
    /// Media directories' references that name no file, or an unsafe one.
    package var badReferences = 0
    /// Whether the archive was sealed at the end.
    package var isSealed = false
    /// Paths that could not be indexed at all; rows below them were left alone.
    package var failedPaths: [String] = []
    /// Folders below the paths that are others than were indexed; nothing of them was read, rows below them were left alone.
    package var failedFolders: [String] = []
    /// Files and folders that were left out, by the pattern that says so; not in `found`.
    package var excluded: [String: Int] = [:]
    /// Sources of instances below such folders, indexed before: they stay listed.
    package var keptBelowExcluded = 0
    /// Links that lead to what is indexed in its own place.
    package var followed = 0
    /// Folders that could not be read or are on another device now; rows below them were left alone.
    package var warnings: [String] = []

    /// Files that could not be read; each is named in the problems and tried again by the next run.
    package var unreadable: Int { setAside["unreadable"] ?? 0 }
    /// Whether every file and folder that was met could be read.
    package var isReadWhole: Bool { unreadable == 0 && (skipped["unreadable-folder"] ?? 0) == 0 }

    package var setAsideTotal: Int { setAside.values.reduce(0, +) }

    /// found = new + unchanged + changed + duplicates + set aside + not DICOM + media directories.
    package var isBalanced: Bool {
        found == new + unchanged + changed + duplicates + setAsideTotal + notDICOM + mediaDirectories
    }

    package init() {}
}
