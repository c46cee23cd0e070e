import CFUSE3
import Glibc
import SystemPackage

/// One question of the kernel, to be answered exactly once. Forgotten, it answers EIO by itself: a request without an
/// answer hangs the program that waits for it, beyond the reach of `kill -9`.
///
/// `@unchecked Sendable`: libfuse accepts the answer from any thread, and there is only one owner.
struct Request: ~Copyable, @unchecked Sendable {
    private let raw: fuse_req_t

    init(_ raw: fuse_req_t) {
        self.raw = raw
    }

    deinit {
        fuse_reply_err(raw, EIO)
    }

    /// The asking program was killed or got a signal, and waits no longer.
    var isInterrupted: Bool { fuse_req_interrupted(raw) != 0 }

    var handle: fuse_req_t { raw }

    /// The user who asks.
    var user: UInt32 { fuse_req_ctx(raw).map { $0.pointee.uid } ?? 0 }

    consuming func reply(error: Errno) {
        fuse_reply_err(raw, error.rawValue)
        discard self
    }

    consuming func reply(attributes: FileAttributes, timeout: Double) {
        var stat = attributes.stat
        fuse_reply_attr(raw, &stat, timeout)
        discard self
    }

    /// False when nobody waits for it any more: the kernel then refers to nothing.
    consuming func reply(entry: FileAttributes, timeouts: CacheTimeouts) -> Bool {
        var parameters = entry.entryParameters(timeouts)
        let result = fuse_reply_entry(raw, &parameters)
        discard self
        return result == 0
    }

    /// "There is no such name", for the kernel to remember as long.
    consuming func replyMissing(timeout: Double) {
        var parameters = fuse_entry_param()
        parameters.entry_timeout = timeout
        fuse_reply_entry(raw, &parameters)
        discard self
    }

    /// False when nobody waits for them any more.
    @discardableResult
    consuming func reply(bytes: UnsafeRawBufferPointer) -> Bool {
        let result = fuse_reply_buf(raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        discard self
        return result == 0
    }

    /// The part of `bytes` that lies in `range`.
    consuming func reply(_ bytes: [UInt8], _ range: Range<Int>) {
        let raw = raw
        bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[range.clamped(to: all.indices)])
            _ = fuse_reply_buf(raw, part.baseAddress?.assumingMemoryBound(to: CChar.self), part.count)
        }
        discard self
    }

    /// The file is open; the handle lives until its release.
    consuming func reply(open handle: FileHandle, _ info: fuse_file_info, _ context: SessionContext) {
        let mode: Passthrough.Mode
        do throws(Errno) {
            mode = try context.passthrough?.enter(handle, self) ?? .cached
        } catch {
            return reply(error: error)
        }
        var info = info
        info.fh = handle.retainedNumber()
        switch mode {
        case .cached: dcmfs_set_keep_cache(&info, handle.file.keepsCache ? 1 : 0)
        case .backed(let id): dcmfs_set_backing(&info, id)
        }
        // When the program is gone there will be no release either.
        if fuse_reply_open(raw, &info) != 0 {
            context.passthrough?.abandon(handle)
            FileHandle.release(info.fh)
        }
        discard self
    }

    consuming func reply(openDirectory info: fuse_file_info) {
        var info = info
        fuse_reply_open(raw, &info)
        discard self
    }

    /// How many bytes an extended attribute, or the list of them, has.
    consuming func reply(attributeSize size: Int) {
        fuse_reply_xattr(raw, size)
        discard self
    }

    consuming func reply(statistics: FilesystemStatistics) {
        var answer = statvfs()
        answer.f_bsize = UInt(FileAttributes.blockSize)
        answer.f_frsize = 4096
        let free = UInt(max(0, statistics.freeBytes)) / 4096
        answer.f_blocks = (UInt(max(0, statistics.totalBytes)) &+ 4095) / 4096 &+ free
        answer.f_bfree = free
        answer.f_bavail = free
        answer.f_files = UInt(max(0, statistics.nodeCount)) &+ UInt(max(0, statistics.freeNodes))
        answer.f_ffree = UInt(max(0, statistics.freeNodes))
        answer.f_favail = answer.f_ffree
        answer.f_namemax = UInt(Callbacks.nameLimit)
        answer.f_flag = UInt(ST_RDONLY)
        fuse_reply_statfs(raw, &answer)
        discard self
    }
}
