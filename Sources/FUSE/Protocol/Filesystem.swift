package import SystemPackage

/// What a read-only mount must answer. Called from many threads at once.
///
/// Everything but `prepare` and `OpenFile.prepare` is called on libfuse's own threads and must not take long: libfuse
/// 3.14 holds up a whole directory during a slow `lookup` or `list`. Work that takes long (a rendering, a search) is announced
/// by `isReady`, an inexact size or `.notReady`, and done in `prepare` on threads of its own.
package protocol Filesystem: AnyObject, Sendable {
    /// The child of a directory, which the kernel refers to from now on. `name` has 1...255 bytes, none of them NUL or `/`; `.`
    /// and `..` come only from NFS exports. `reader` is the user who asks.
    func lookup(_ name: UnsafeRawBufferPointer, in parent: UInt64, reader: UInt32) throws(Errno) -> FileAttributes
    /// Whether references to a node are counted.
    func isCounted(_ node: UInt64) -> Bool
    /// Counts a reference to a node that was listed; its attributes with the generation it has, nil where it is gone.
    func refer(to attributes: FileAttributes) -> FileAttributes?
    /// The kernel has forgotten so many references.
    func forget(_ node: UInt64, count: Int)
    /// How to tell the kernel what it must not keep; called once, before the first question.
    func attach(_ notifier: any KernelNotifier)
    func attributes(of node: UInt64) throws(Errno) -> FileAttributes
    /// Whether a question about a directory is answered at once; where not, `prepare` comes first. Asked before each question.
    func isReady(_ node: UInt64, for question: NodeQuestion) -> Bool
    /// Makes the size of a file exact: the attributes with it. Makes a directory ready: nil.
    func prepare(_ node: UInt64) throws(Errno) -> FileAttributes?
    func open(_ node: UInt64) throws(Errno) -> any OpenFile
    func openDirectory(_ node: UInt64) throws(Errno)
    /// Hands out the entries behind `cookie` (0: from the start), `.` and `..` included, until `emit` returns false.
    func list(_ node: UInt64, after cookie: Int64, emit: (DirectoryEntry) -> Bool) throws(Errno)
    func statistics() throws(Errno) -> FilesystemStatistics
    // Asked only where `SessionConfiguration.extendedAttributes` says so.
    /// The value of an extended attribute; `noData` where the node has none of this name. `name` begins with `user.`.
    func extendedAttribute(_ name: UnsafeRawBufferPointer, of node: UInt64) throws(Errno) -> [UInt8]
    func extendedAttributeNames(of node: UInt64) throws(Errno) -> [[UInt8]]
}

/// A question about a node.
package enum NodeQuestion {
    case attributes
    /// A name in a directory.
    case name(UnsafeRawBufferPointer)
    /// The entries of a directory.
    case list
}

package struct DirectoryEntry {
    package var name: [UInt8]
    package var attributes: FileAttributes
    /// Positive; unique and ascending in its directory. The next listing starts behind it.
    package var cookie: Int64

    package init(name: [UInt8], attributes: FileAttributes, cookie: Int64) {
        self.name = name
        self.attributes = attributes
        self.cookie = cookie
    }
}

/// One open file; released when its last reference goes.
package protocol OpenFile: AnyObject, Sendable {
    /// What the kernel has read of this node before is still good.
    var keepsCache: Bool { get }
    /// A descriptor of a file whose bytes are this file's, all of them, for as long as this one lives: the kernel may read it
    /// by itself. Nil where there is none.
    var backing: CInt? { get }
    /// Whether it can be read without `prepare`. An open file is handed to the program only then, so that what cannot be
    /// made fails when it is opened: a program that maps it into memory would die of SIGBUS later.
    func isReady() throws(Errno) -> Bool
    /// The bytes at `offset`: at most `count`, fewer only at the end of the file. `scratch` has room for `count`.
    func read(at offset: Int, count: Int, scratch: UnsafeMutableRawBufferPointer) throws(Errno) -> ReadAnswer
    /// Does what takes long: the whole content, nil where `read` needs none. It need not be there any more at the next `read`.
    func prepare() throws(Errno) -> [UInt8]?
    /// The same for files of a node that have the same content.
    var version: Int { get }
    /// About how much work `prepare` is, in bytes.
    var weight: Int { get }
    /// The size of this open file where it may be another than that of the node now.
    var ownSize: Int? { get }
}

package enum ReadAnswer: Sendable {
    /// So many bytes stand in the scratch buffer.
    case scratch(Int)
    /// The bytes are these; the range lies inside.
    case slice([UInt8], Range<Int>)
    /// Ready no more: call `prepare`, then read again.
    case notReady
}
