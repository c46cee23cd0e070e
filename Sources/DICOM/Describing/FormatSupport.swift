/// Whether this build draws pictures of one transfer syntax, for `dcmfs formats` and docs/formats.md.
package struct FormatSupport: Hashable, Sendable {
    /// Of the transfer syntax.
    package let uid: String
    /// What decodes it; empty where nothing does.
    package let library: String
    /// Why nothing does; else empty.
    package let reason: String

    package var isDecoded: Bool { !library.isEmpty }

    package init(uid: String, library: String, reason: String) {
        self.uid = uid
        self.library = library
        self.reason = reason
    }
}
