import DICOMArchive
import Glibc
import Locks

/// One open file of the tree. May be read from many threads. It holds no bytes: what was made lies in the cache, and is made
/// again when that has let go of it.
package final class TreeFile: Sendable {
    enum Content: Sendable {
        /// The source's own bytes, `size` of them; the instance's number is for messages.
        case source(SourceFile, size: Int, instance: Int64)
        case produced(Production.Order)
        /// A short text that never changes.
        case text([UInt8])
        /// Made from the index, which changes.
        case report(ReportHandle, NodeID)
    }

    private let content: Content
    private let tree: VirtualTree
    private let log: @Sendable (String) -> Void

    init(_ content: Content, _ tree: VirtualTree) {
        self.content = content
        self.tree = tree
        log = tree.options.log
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

    /// The size of a report as it was first made for this file, which need not be that of now.
    package var ownSize: Int? {
        if case .report(let report, _) = content { report.size } else { nil }
    }

    /// The same for files that have the same bytes.
    package var version: Int {
        switch content {
        case .source, .text: 0
        case .produced(let order): order.key.hashValue
        // One open file may have the text of before a change, and another that of after.
        case .report(let report, _): ObjectIdentifier(report).hashValue
        }
    }

    /// About how much work it is to make it, in bytes.
    package var weight: Int {
        if case .produced(let order) = content { order.key.size } else { 0 }
    }

    /// Whether it can be read without `prepare`; throws where that is known to fail.
    package func isReady() throws(TreeError) -> Bool {
        switch content {
        case .source, .text: true
        case .produced, .report: try kept() != nil
        }
    }

    /// What was made and is still there.
    private func kept() throws(TreeError) -> [UInt8]? {
        switch content {
        case .source: nil
        case .text(let bytes): bytes
        case .produced(let order): try tree.production.kept(order.key)
        case .report(let report, let id): report.moment.flatMap { tree.keptReport(id, $0) }
        }
    }

    /// The bytes at `offset`, at most `count`; fewer only at the end of the file. `scratch` has room for `count` bytes.
    package func read(at offset: Int, count: Int, scratch: UnsafeMutableRawBufferPointer) throws(TreeError) -> TreeRead {
        guard offset >= 0, count >= 0 else { return .scratch(0) }
        if case .source(let source, let size, let instance) = content {
            let wanted = min(count, max(0, size - offset), scratch.count)
            try readSource(source, instance, at: offset, count: wanted, scratch)
            return .scratch(wanted)
        }
        guard let bytes = try kept() else { return .notReady }
        return .slice(of: bytes, at: offset, count)
    }

    /// Makes the bytes that `.notReady` spoke of; nil where there was no need. May take long. They may be gone from the cache
    /// when somebody reads next: what is read at once is read out of these.
    @discardableResult
    package func prepare() throws(TreeError) -> [UInt8]? {
        switch content {
        case .source: nil
        case .text(let bytes): bytes
        case .produced(let order): try tree.production.bytes(order)
        case .report(let report, _): try report.bytes()
        }
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
        return try prepare() ?? []
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

    package static func slice(of bytes: [UInt8], at offset: Int, _ count: Int) -> TreeRead {
        let start = min(max(0, offset), bytes.count)
        return .slice(bytes, start..<start + min(max(0, count), bytes.count - start))
    }
}
