import CFUSE3
import Glibc
import Locks
import SystemPackage

/// Answers that need `prepare` first: it runs on a thread of `DeferredWork`, which then replies.
enum SlowAnswers {
    static func attributes(of node: UInt64, _ request: consuming Request, _ context: SessionContext) {
        context.deferred.submit(key: node, request) { () throws(Errno) in
            try context.filesystem.prepare(node)
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                var attributes = try context.filesystem.attributes(of: node)
                let isLasting = attributes.isSizeExact
                // Prepared, and out of date already: the archive has changed. The answer is of one moment, and not kept.
                if !isLasting { attributes = try context.filesystem.preparedAttributes(of: node) }
                request.reply(attributes: attributes, timeout: isLasting ? context.timeouts.attributes : 0)
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func lookup(_ name: [UInt8], in parent: UInt64, _ request: consuming Request, _ context: SessionContext) {
        prepared(parent, request, context) { request in
            Callbacks.answer(request, lookup: name.withUnsafeBytes { Callbacks.lookup($0, in: parent, context) }, context)
        }
    }

    /// A listing begins with opening the directory: what it shows is found then.
    static func openDirectory(_ node: UInt64, _ info: fuse_file_info, _ request: consuming Request, _ context: SessionContext) {
        prepared(node, request, context) { Callbacks.answer($0, openDirectory: node, info, context) }
    }

    private static func prepared(
        _ node: UInt64, _ request: consuming Request, _ context: SessionContext, _ answer: @escaping @Sendable (consuming Request) -> Void
    ) {
        context.deferred.submit(key: node, request) { () throws(Errno) in
            try context.filesystem.prepare(node)
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                answer(request)
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func open(_ handle: FileHandle, _ info: fuse_file_info, _ request: consuming Request, _ context: SessionContext) {
        context.deferred.submit(key: handle.node, request) { () throws(Errno) in
            try handle.file.prepare()
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                if try handle.file.isReady() {
                    request.reply(open: handle, info, context)
                } else {
                    // Another handle of the node was prepared, and what it made was not kept: now it is this one's turn.
                    open(handle, info, request, context)
                }
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func bytes(of handle: FileHandle, at offset: Int, count: Int, _ request: consuming Request, _ context: SessionContext) {
        context.deferred.submit(key: handle.node, request) { () throws(Errno) in
            try handle.file.prepare()
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                guard let scratch = ThreadBuffer.bytes(count) else { throw .noMemory }
                let answer = try handle.file.read(at: offset, count: count, scratch: scratch)
                reply(request, answer, of: handle, at: offset, scratch, context)
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func reply(
        _ request: consuming Request, _ answer: ReadAnswer, of handle: FileHandle, at offset: Int, _ scratch: UnsafeMutableRawBufferPointer,
        _ context: SessionContext
    ) {
        switch answer {
        case .scratch(let count): request.reply(bytes: UnsafeRawBufferPointer(rebasing: scratch.prefix(count)))
        case .slice(let bytes, let range): request.reply(bytes, range)
        // Another handle of the node was prepared, and what it made was not kept: now it is this one's turn.
        case .notReady: bytes(of: handle, at: offset, count: scratch.count, request, context)
        }
    }

    // MARK: - When all places of the gate are taken by threads that wait for sources

    static func openBehindGate(_ node: UInt64, _ info: fuse_file_info, _ request: consuming Request, _ context: SessionContext) {
        let box = Box<(handle: FileHandle, isReady: Bool)>()
        context.submitBehindGate(request) { () throws(Errno) in
            let file = try context.filesystem.open(node)
            let isReady = try file.isReady()
            box.value.withLock { $0 = (FileHandle(file: file, node: node), isReady) }
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                guard let opened = box.value.withLock({ $0 }) else { throw .ioError }
                if opened.isReady { request.reply(open: opened.handle, info, context) } else { open(opened.handle, info, request, context) }
            } catch {
                request.reply(error: error)
            }
        }
    }

    /// The reply is sent by the thread that has read, out of that thread's buffer.
    static func readBehindGate(_ handle: FileHandle, at offset: Int, count: Int, _ request: consuming Request, _ context: SessionContext) {
        let box = Box<ReadAnswer>()
        context.submitBehindGate(request) { () throws(Errno) in
            guard let scratch = ThreadBuffer.bytes(count) else { throw .noMemory }
            let answer = try handle.file.read(at: offset, count: count, scratch: scratch)
            box.value.withLock { $0 = answer }
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                guard let answer = box.value.withLock({ $0 }), let scratch = ThreadBuffer.bytes(count) else { throw .ioError }
                reply(request, answer, of: handle, at: offset, scratch, context)
            } catch {
                request.reply(error: error)
            }
        }
    }

    /// What the work hands to the reply.
    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
