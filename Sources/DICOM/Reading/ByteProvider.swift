import Glibc

/// A source of bytes with a fixed size, read at any offset.
package protocol ByteProvider: AnyObject {
    /// Number of bytes.
    var size: Int { get }
    /// Reads at `offset` and returns how many bytes came; fewer than asked only at the end.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int
}

/// Bytes in memory.
package final class MemoryProvider: ByteProvider {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var size: Int { bytes.count }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int {
        guard offset >= 0, offset < bytes.count, let target = buffer.baseAddress else { return 0 }
        let count = min(buffer.count, bytes.count - offset)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { target.copyMemory(from: start + offset, byteCount: count) }
        }
        return count
    }
}

/// An open file, read with `pread`. The descriptor stays the caller's. A file that gives fewer bytes than its size says is
/// unreadable: what is missing must never pass for the file's own end.
package final class DescriptorProvider: ByteProvider {
    private let descriptor: CInt
    package let size: Int

    /// - Throws: `.unreadable` where the file cannot be measured.
    package init(_ descriptor: CInt) throws(DICOMError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DICOMError(.unreadable, "cannot read the size of the file (errno \(errno))") }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    /// For a caller that knows the size already.
    package init(_ descriptor: CInt, size: Int) {
        self.descriptor = descriptor
        self.size = max(0, size)
    }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int {
        var done = 0
        while done < buffer.count, offset >= 0, let start = buffer.baseAddress {
            let count = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if count == 0 {
                // The end before the end: a file that was cut meanwhile, or a network filesystem that hides an error.
                guard offset + done >= size else {
                    throw DICOMError(.unreadable, at: offset + done, "ends after \(offset + done) of \(size) bytes")
                }
                break
            }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw DICOMError(.unreadable, at: offset + done, "cannot read (errno \(code))")
            }
            done += count
        }
        return done
    }
}
