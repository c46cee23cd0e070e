/// The level below `RenditionCache`: pictures that outlive eviction, and the mount. May be used from many threads.
///
/// What it gives is what it was given under that very key, bit for bit, or nothing. It never fails: what cannot be read
/// is made anew, what cannot be kept is not kept.
package protocol PictureStore: Sendable {
    /// Reads from a disk: not for threads that must not wait.
    func picture(for key: PictureKey, size: Int) -> [UInt8]?
    /// Returns at once.
    func keep(_ picture: [UInt8], for key: PictureKey)
}

/// How a tree uses a store.
package struct PictureStoring: Sendable {
    package let store: any PictureStore
    /// What decides about a picture beside its order and its source: program, worker and archive.
    package let origin: [UInt8]
    /// Microseconds of processor time that making a picture must have taken: reading one from a disk costs about as much as drawing a native
    /// slice, so those are not worth the space.
    package var threshold: UInt64

    package init(store: any PictureStore, origin: [UInt8], threshold: UInt64 = 2_000) {
        self.store = store
        self.origin = origin
        self.threshold = threshold
    }
}
