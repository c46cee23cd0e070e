import Glibc

/// A buffer of the running thread, kept for its next request and freed when the thread ends.
enum ThreadBuffer {
    /// Allocated memory with its size in front.
    private struct Header {
        var capacity: Int
    }
    private static let headerSize = 16

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { free($0) }
        return key
    }()

    /// `count` bytes, whatever stood in them before, or nil without memory. Valid until the next call on this thread.
    static func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        if let block = pthread_getspecific(key), block.load(as: Header.self).capacity >= count {
            return UnsafeMutableRawBufferPointer(start: block + headerSize, count: count)
        }
        return replace(count)
    }

    private static func replace(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        let capacity = max(count, 128 * 1024)
        guard let block = malloc(headerSize + capacity) else { return nil }
        block.storeBytes(of: Header(capacity: capacity), as: Header.self)
        free(pthread_getspecific(key))
        guard pthread_setspecific(key, block) == 0 else {
            free(block)
            return nil
        }
        return UnsafeMutableRawBufferPointer(start: block + headerSize, count: count)
    }
}
