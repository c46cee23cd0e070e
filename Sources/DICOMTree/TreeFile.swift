import DICOMArchive
import Glibc
import Locks

/// One open file of the tree. May be read from many threads.
package final class TreeFile: Sendable {
    enum Content: Sendable {
        /// The source's own bytes, `size` of them; the instance's number is for messages.
        case source(SourceFile, size: Int, instance: Int64)
        case produced(Production.Order)
        /// Made by a closure from the index.
        case report(@Sendable () throws(TreeError) -> [UInt8])
    }

    private let content: Content
    private let production: Production
    /// The bytes of this open file from the first reading to its end: what is evicted meanwhile stays readable.
    private let pinned = Mutex<[UInt8]?>(nil)
    private let log: @Sendable (String) -> Void

    init(_ content: Content, production: Production, log: @escaping @Sendable (String) -> Void) {
        self.content = content
        self.production = production
        self.log = log
    }

    /// False for texts that change while they are mounted.
    package var isImmutable: Bool {
        if case .report = content { false } else { true }
    }

    /// The source's descriptor where its bytes, all of them, are shown as they are. What reads it directly sees what the
    /// source holds then: nothing checks it any more.
    package var backing: CInt? {
        guard case .source(let source, let size, _) = content, source.size == size else { return nil }
        return source.descriptor
    }

    /// Whether it can be read without `prepare`; throws where that is known to fail. Once ready it stays ready.
    package func isReady() throws(TreeError) -> Bool {
        switch content {
        case .source: return true
        case .produced(let order):
            if pinned.withLock({ $0 != nil }) { return true }
            guard let bytes = try production.kept(order.key) else { return false }
            pinned.withLock { $0 = bytes }
            return true
        case .report:
            return pinned.withLock { $0 != nil }
        }
    }

    /// The bytes at `offset`, at most `count`; fewer only at the end of the file. `scratch` has room for `count` bytes.
    package func read(at offset: Int, count: Int, scratch: UnsafeMutableRawBufferPointer) throws(TreeError) -> TreeRead {
        guard offset >= 0, count >= 0 else { return .scratch(0) }
        switch content {
        case .source(let source, let size, let instance):
            let wanted = min(count, max(0, size - offset), scratch.count)
            try readSource(source, instance, at: offset, count: wanted, scratch)
            return .scratch(wanted)
        case .produced, .report:
            guard try isReady(), let bytes = pinned.withLock({ $0 }) else { return .notReady }
            return .slice(of: bytes, at: offset, count)
        }
    }

    /// Makes the bytes that `.notReady` spoke of, and holds on to them. May take long.
    package func prepare() throws(TreeError) {
        let bytes: [UInt8]
        switch content {
        case .source: return
        case .produced(let order): bytes = try production.bytes(order)
        case .report(let make): bytes = try make()
        }
        pinned.withLock { $0 = bytes }
    }

    /// All bytes at once, made if need be (tests, and files that are small).
    package func contents() throws(TreeError) -> [UInt8] {
        if case .source(let source, let size, let instance) = content {
            var bytes = [UInt8](repeating: 0, count: size)
            let result = bytes.withUnsafeMutableBytes { buffer in
                Result { () throws(TreeError) in try readSource(source, instance, at: 0, count: size, buffer) }
            }
            try result.get()
            return bytes
        }
        try prepare()
        return pinned.withLock { $0 } ?? []
    }

    /// Reads exactly `count` bytes. Fewer inside the indexed size is an error, never a short answer: the file shrank. So is a file
    /// that is written to where it stands: half of the old and half of the new is neither.
    private func readSource(
        _ source: SourceFile, _ instance: Int64, at offset: Int, count: Int, _ buffer: UnsafeMutableRawBufferPointer
    ) throws(TreeError) {
        guard let base = buffer.baseAddress else { return }
        var done = 0
        while done < count {
            let result = pread(source.descriptor, base + done, count - done, off_t(offset + done))
            if result > 0 {
                done += result
            } else if result == 0 {
                log("instance:\(instance): the source ends before its indexed size")
                throw TreeError(.broken, "source is shorter than when it was indexed")
            } else if errno != EINTR, errno != EAGAIN {
                let code = errno
                log("instance:\(instance): reading the source: \(String(cString: strerror(code)))")
                throw TreeError(.source, "read failed", errno: code)
            }
        }
        guard source.isUnwritten else {
            log("instance:\(instance): the source was written to while it was open")
            throw TreeError(.broken, "source was written to since it was opened")
        }
    }
}

package enum TreeRead: Sendable {
    /// So many bytes stand in the scratch buffer.
    case scratch(Int)
    case slice([UInt8], Range<Int>)
    /// `prepare` first.
    case notReady

    static func slice(of bytes: [UInt8], at offset: Int, _ count: Int) -> TreeRead {
        let start = min(offset, bytes.count)
        return .slice(bytes, start..<start + min(count, bytes.count - start))
    }
}
