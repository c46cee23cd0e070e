package import DICOMArchive

/// What a mount may choose.
package struct TreeOptions: Sendable {
    /// What files and directories show as the time of their last modification.
    package enum Times: String, Sendable {
        /// Of the source, or of the newest change below.
        case source
        /// Study Date and Time, where there is one valid.
        case study
    }

    /// Labels of the kinds of file to show (`Rendition.label`).
    package var shown: Set<String>
    /// What of a source's identity is compared before it is served.
    package var strictness: SourceStrictness
    /// Bytes of rendered files kept in memory.
    package var cacheBytes: Int
    /// Where pictures stay beyond this mount; nil for nowhere.
    package var storing: PictureStoring? = nil
    /// Files made ahead of a reader at a time; 0 makes none.
    package var readAhead: Int
    /// Pictures that are made at a time.
    package var makers = 1
    package var times = Times.source
    /// False where nobody asks for the size of a picture before its bytes (`export`): they may then be fewer than its node says.
    package var promisesPictureSizes = true
    /// Views of this mount beside `VirtualTree.views`.
    package var userViews: [any View] = []
    /// Takes one line about something that went wrong; no patient data.
    package var log: @Sendable (String) -> Void

    package init(
        shown: Set<String> = Set(VirtualTree.renditions.map(\.label)), strictness: SourceStrictness = .sizeAndTime, cacheBytes: Int = 256 << 20,
        readAhead: Int = 0,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.shown = shown
        self.strictness = strictness
        self.cacheBytes = cacheBytes
        self.readAhead = readAhead
        self.log = log
    }
}
