import CFUSE3
import Glibc
import SystemPackage

/// Answers that need `prepare` first: it runs on a thread of `DeferredWork`, which then replies.
enum SlowAnswers {
    static func attributes(of node: UInt64, _ request: consuming Request, _ context: SessionContext) {
        context.deferred.submit(key: node, request) { () throws(Errno) in
            try context.filesystem.prepare(node)
        } reply: { request, result in
            do throws(Errno) {
                try result.get()
                let attributes = try context.filesystem.attributes(of: node)
                // Prepared and already gone again: the next question makes it anew, so this answer may not be kept.
                guard attributes.isSizeExact else { throw .resourceTemporarilyUnavailable }
                request.reply(attributes: attributes, timeout: context.timeouts.attributes)
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
                    request.reply(open: handle, info)
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
                switch try handle.file.read(at: offset, count: count, scratch: scratch) {
                case .scratch(let count): request.reply(bytes: UnsafeRawBufferPointer(rebasing: scratch.prefix(count)))
                case .slice(let bytes, let range): request.reply(bytes, range)
                // Another handle of the node was prepared, and what it made was not kept: now it is this one's turn.
                case .notReady: bytes(of: handle, at: offset, count: count, request, context)
                }
            } catch {
                request.reply(error: error)
            }
        }
    }
}
