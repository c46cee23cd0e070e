import CLinux
import DICOM
import DICOMImaging
import WorkerProtocol

/// A file as it came over the socket. The server closes the descriptor.
final class InputFile {
    private let provider: SourceProvider

    /// - Parameters:
    ///   - size: length in bytes that dcmfs saw when it opened the file: glibc's fstat names a path, which the sandbox refuses.
    ///   - activity: a word of the shared memory that counts reads.
    init(descriptor: CInt, size: Int, activity: UnsafeMutableRawPointer) {
        provider = SourceProvider(DescriptorProvider(descriptor, size: size), activity: activity)
    }

    func open(frameRange: Range<Int>? = nil) throws(DICOMError) -> Part10File {
        var leniency = Leniency.standard
        leniency.frameRange = frameRange
        return try Part10File.open(provider, leniency: leniency)
    }

    /// Why not every byte that was asked for came, whatever the reader made of it.
    var failure: DICOMError? { provider.failure }
}

/// Counts reads, and remembers the first that failed: readers go on where they can, but what they say of a file is worth nothing
/// when its bytes did not come.
private final class SourceProvider: ByteProvider {
    private let inner: DescriptorProvider
    private let activity: UnsafeMutableRawPointer
    private(set) var failure: DICOMError?

    init(_ inner: DescriptorProvider, activity: UnsafeMutableRawPointer) {
        self.inner = inner
        self.activity = activity
    }

    var size: Int { inner.size }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int {
        defer { CLinux_increment(activity) }
        do { return try inner.read(at: offset, into: buffer) } catch {
            if failure == nil { failure = error }
            throw error
        }
    }
}

/// The answers themselves: the only place of this program that knows DICOM.
enum Serve {
    /// What `make` says of a file, unless a read of it failed: then that.
    static func reading<Value>(_ file: InputFile, _ make: (InputFile) throws(DICOMError) -> Value) throws(DICOMError) -> Value {
        let value: Value
        do { value = try make(file) } catch { throw file.failure ?? error }
        if let failure = file.failure { throw failure }
        return value
    }

    static func headerText(_ file: InputFile, format: HeaderText.Format) throws(DICOMError) -> [UInt8] {
        HeaderText.text(of: try file.open(), format: format)
    }

    static func headerJSON(_ file: InputFile, bulkDataURI: String) throws(DICOMError) -> [UInt8] {
        HeaderJSON.json(of: try file.open(), bulkDataURI: bulkDataURI)
    }

    /// 1 when every byte had a meaning, then the text.
    static func decode(_ bytes: [UInt8], characterSet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        let isWhole = bytes.withUnsafeBytes { SpecificCharacterSet(characterSet).decode($0, vr: .PN, into: &text) }
        return [isWhole ? 1 : 0] + text
    }
}
