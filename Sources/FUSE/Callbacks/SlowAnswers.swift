import CFUSE3
import Glibc
import Locks
import SystemPackage

/// Answers that need `prepare` first: it runs on a thread of `DeferredWork`, which then replies.
enum SlowAnswers {
    /// Searches and views count as much as a large picture.
    private static let directoryWeight = 8 << 20

    static func attributes(of node: UInt64, _ request: consuming Request, _ context: SessionContext) {
        prepared(node, request, context) { request, made in
            do throws(Errno) {
                // What was made is answered with, although it may have changed again meanwhile.
                let attributes = if let made { made } else { try context.filesystem.attributes(of: node) }
                request.reply(attributes: attributes, timeout: attributes.timeout(context.timeouts))
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func lookup(_ name: [UInt8], in parent: UInt64, _ request: consuming Request, _ context: SessionContext) {
        prepared(parent, request, context) { request, _ in
            let reader = request.user
            Callbacks.answer(
                request, lookup: name.withUnsafeBytes { Callbacks.lookup($0, in: parent, reader: reader, context) }, context)
        }
    }

    /// A listing begins with opening the directory: what it shows is found then.
    static func openDirectory(_ node: UInt64, _ info: fuse_file_info, _ request: consuming Request, _ context: SessionContext) {
        prepared(node, request, context) { request, _ in Callbacks.answer(request, openDirectory: node, info, context) }
    }

    private static func prepared(
        _ node: UInt64, _ request: consuming Request, _ context: SessionContext,
        _ answer: @escaping @Sendable (consuming Request, FileAttributes?) -> Void
    ) {
        context.deferred.submit(key: .init(node: node), weight: directoryWeight, request) { () throws(Errno) in
            if let made = try context.filesystem.prepare(node) { .attributes(made) } else { .done }
        } reply: { request, result in
            do throws(Errno) {
                if case .attributes(let made) = try result.get() { answer(request, made) } else { answer(request, nil) }
            } catch {
                request.reply(error: error)
            }
        }
    }

    static func open(_ handle: FileHandle, _ info: fuse_file_info, _ request: consuming Request, _ context: SessionContext) {
        made(handle, request, context) { request, _ in request.reply(open: handle, info, context) }
    }

    /// Answered out of what was made: by now the cache may have let go of it.
    static func bytes(of handle: FileHandle, at offset: Int, count: Int, _ request: consuming Request, _ context: SessionContext) {
        made(handle, request, context) { request, bytes in
            let start = min(max(0, offset), bytes.count)
            request.reply(bytes, start..<start + min(max(0, count), bytes.count - start))
        }
    }

    private static func made(
        _ handle: FileHandle, _ request: consuming Request, _ context: SessionContext,
        _ answer: @escaping @Sendable (consuming Request, [UInt8]) -> Void
    ) {
        let file = handle.file
        let key = DeferredWork.Key(node: handle.node, version: file.version)
        context.deferred.submit(key: key, weight: file.weight, request) { () throws(Errno) in
            if let bytes = try file.prepare() { .content(bytes) } else { .done }
        } reply: { request, result in
            do throws(Errno) {
                // A search for the attributes of the same node makes no content.
                if case .content(let bytes) = try result.get() { answer(request, bytes) } else { throw .ioError }
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
            return .done
        } reply: { request, result in
            do throws(Errno) {
                _ = try result.get()
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
            let answer = try context.read(handle, at: offset, count: count, scratch)
            box.value.withLock { $0 = answer }
            return .done
        } reply: { request, result in
            do throws(Errno) {
                _ = try result.get()
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
