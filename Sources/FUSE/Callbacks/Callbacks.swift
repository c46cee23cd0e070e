import CFUSE3
import Glibc
import SystemPackage

/// The table of callbacks that libfuse calls on its own threads.
///
/// They are plain functions of a file without isolation: a closure written inside the `@main` type would inherit the main
/// actor, and the runtime ends the process when such a one is called from a foreign thread. Each unwraps, asks the
/// filesystem and answers at once, or hands the request to `DeferredWork`.
/// What is not in the table libfuse answers with ENOSYS, which for flush, access and, where they are off, values of extended
/// attributes keeps the kernel from asking again.
enum Callbacks {
    /// Longest name in bytes. The kernel passes longer ones on.
    static let nameLimit = 255

    static func table(extendedAttributes: Bool) -> fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        ExtendedAttributes.add(to: &table, answersAll: extendedAttributes)
        table.`init` = onInit
        table.lookup = onLookup
        table.forget = onForget
        table.forget_multi = onForgetMulti
        table.getattr = onGetattr
        table.open = onOpen
        table.read = onRead
        table.release = onRelease
        table.opendir = onOpendir
        table.readdir = onReaddir
        table.readdirplus = onReaddirplus
        table.statfs = onStatfs
        return table
    }

    static func lookup(
        _ name: UnsafeRawBufferPointer, in parent: UInt64, reader: UInt32, _ context: SessionContext
    ) -> Result<FileAttributes, Errno> {
        Result { () throws(Errno) in try context.filesystem.lookup(name, in: parent, reader: reader) }
    }

    static func answer(_ request: consuming Request, lookup found: Result<FileAttributes, Errno>, _ context: SessionContext) {
        switch found {
        case .success(let found):
            // Where the asking program is gone, so is what the kernel would have referred to.
            let isTaken = request.reply(entry: found, timeouts: context.timeouts)
            if !isTaken, context.filesystem.isCounted(found.node) { context.filesystem.forget(found.node, count: 1) }
        case .failure(.noSuchFileOrDirectory) where context.timeouts.missing > 0: request.replyMissing(timeout: context.timeouts.missing)
        case .failure(let error): request.reply(error: error)
        }
    }

    static func forget(_ node: UInt64, _ count: UInt64, _ context: SessionContext?) {
        guard let context, context.filesystem.isCounted(node) else { return }
        context.filesystem.forget(node, count: Int(clamping: count))
    }

    static func answer(_ request: consuming Request, openDirectory node: UInt64, _ info: fuse_file_info, _ context: SessionContext) {
        do throws(Errno) {
            try context.filesystem.openDirectory(node)
            request.reply(openDirectory: info)
        } catch {
            request.reply(error: error)
        }
    }
}

@c private func onInit(_ userdata: UnsafeMutableRawPointer?, _ connection: UnsafeMutablePointer<fuse_conn_info>?) {
    guard let context = SessionContext.of(userdata), let connection else { return }
    dcmfs_negotiate(connection, context.readdirplus.negotiated)
    if let passthrough = context.passthrough, dcmfs_negotiate_passthrough(connection) == 0 {
        passthrough.turnOff("this kernel does not offer it (Linux 6.9 does)")
    }
    context.onReady()
}

@c private func onLookup(_ raw: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?) {
    guard let raw, let name else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    let length = strlen(name)
    guard length <= Callbacks.nameLimit else { return request.reply(error: .fileNameTooLong) }
    let bytes = UnsafeRawBufferPointer(start: name, count: length)
    if context.filesystem.isReady(parent, for: .name(bytes)) {
        let reader = request.user
        Callbacks.answer(request, lookup: Callbacks.lookup(bytes, in: parent, reader: reader, context), context)
    } else {
        SlowAnswers.lookup(Array(bytes), in: parent, request, context)
    }
}

@c private func onForget(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ count: UInt64) {
    guard let raw else { return }
    Callbacks.forget(node, count, SessionContext.of(fuse_req_userdata(raw)))
    fuse_reply_none(raw)
}

@c private func onForgetMulti(_ raw: fuse_req_t?, _ count: Int, _ all: UnsafeMutablePointer<fuse_forget_data>?) {
    guard let raw else { return }
    let context = SessionContext.of(fuse_req_userdata(raw))
    for one in UnsafeBufferPointer(start: all, count: all == nil ? 0 : count) { Callbacks.forget(one.ino, one.nlookup, context) }
    fuse_reply_none(raw)
}

@c private func onGetattr(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let raw else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    guard context.filesystem.isReady(node, for: .attributes) else { return SlowAnswers.attributes(of: node, request, context) }
    do {
        var attributes = try context.filesystem.attributes(of: node)
        if attributes.isVolatile, let info, let handle = FileHandle.of(info.pointee.fh), let size = handle.file.ownSize {
            // Who has it open reads the text of then, whole.
            attributes.size = size
            request.reply(attributes: attributes, timeout: 0)
        } else if attributes.isSizeExact {
            request.reply(attributes: attributes, timeout: attributes.timeout(context.timeouts))
        } else {
            SlowAnswers.attributes(of: node, request, context)
        }
    } catch {
        request.reply(error: error)
    }
}

@c private func onOpen(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let raw, let info else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    guard info.pointee.flags & O_ACCMODE == O_RDONLY else { return request.reply(error: .readOnlyFileSystem) }
    let details = info.pointee
    let refused = context.gate.run(request) { () throws(Errno) in
        let file = try context.filesystem.open(node)
        return (handle: FileHandle(file: file, node: node), isReady: try file.isReady())
    } reply: { request, opened in
        if opened.isReady {
            request.reply(open: opened.handle, details, context)
        } else {
            SlowAnswers.open(opened.handle, details, request, context)
        }
    }
    if let refused { SlowAnswers.openBehindGate(node, details, refused, context) }
}

@c private func onRead(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int, _ offset: off_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let raw else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    guard let info, let handle = FileHandle.of(info.pointee.fh) else { return request.reply(error: .badFileDescriptor) }
    guard let scratch = ThreadBuffer.bytes(size) else { return request.reply(error: .noMemory) }
    let refused = context.gate.run(request) { () throws(Errno) in
        try context.read(handle, at: offset, count: size, scratch)
    } reply: { request, answer in
        SlowAnswers.reply(request, answer, of: handle, at: offset, scratch, context)
    }
    if let refused { SlowAnswers.readBehindGate(handle, at: offset, count: size, refused, context) }
}

@c private func onRelease(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let raw, let info else { return }
    let request = Request(raw)
    if let passthrough = SessionContext.of(request)?.passthrough, let handle = FileHandle.of(info.pointee.fh) {
        passthrough.leave(handle, request)
    }
    FileHandle.release(info.pointee.fh)
    request.reply(error: Errno(rawValue: 0))
}

@c private func onOpendir(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let raw, let info else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    if context.filesystem.isReady(node, for: .list) {
        Callbacks.answer(request, openDirectory: node, info.pointee, context)
    } else {
        SlowAnswers.openDirectory(node, info.pointee, request, context)
    }
}

@c private func onReaddir(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int, _ offset: off_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    list(raw, node, size, offset, isPlus: false)
}

@c private func onReaddirplus(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int, _ offset: off_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    list(raw, node, size, offset, isPlus: true)
}

private func list(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int, _ offset: off_t, isPlus: Bool) {
    guard let raw else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    guard let room = ThreadBuffer.bytes(size) else { return request.reply(error: .noMemory) }
    var buffer = DirectoryBuffer(request: raw, room: room, timeouts: context.timeouts, isPlus: isPlus, filesystem: context.filesystem)
    var isTaken = false
    do {
        try context.filesystem.list(node, after: Int64(offset)) { buffer.add($0) }
        isTaken = request.reply(bytes: UnsafeRawBufferPointer(rebasing: room.prefix(buffer.used)))
    } catch {
        request.reply(error: error)
    }
    if !isTaken { for node in buffer.counted { context.filesystem.forget(node, count: 1) } }
}

@c private func onStatfs(_ raw: fuse_req_t?, _ node: fuse_ino_t) {
    guard let raw else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    do {
        let statistics = try context.filesystem.statistics()
        request.reply(statistics: statistics)
    } catch {
        request.reply(error: error)
    }
}
