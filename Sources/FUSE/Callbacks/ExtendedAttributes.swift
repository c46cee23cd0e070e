import CFUSE3
import Glibc
import SystemPackage

/// getxattr and listxattr. Changing one is refused by the kernel: the mount is read-only.
enum ExtendedAttributes {
    /// Without them a list is empty all the same: programs that copy attributes take "not supported" for a failure.
    static func add(to table: inout fuse_lowlevel_ops, answersAll: Bool) {
        guard answersAll else {
            table.listxattr = onListNone
            return
        }
        table.getxattr = onGetxattr
        table.listxattr = onListxattr
    }

    /// Those of other classes (`security.selinux`, `system.posix_acl_access`, asked for by every `ls -l`) are nobody's.
    fileprivate static let prefix = "user."

    /// The bytes of a name, or nil when it is none of ours.
    fileprivate static func ours(_ name: UnsafePointer<CChar>) -> UnsafeRawBufferPointer? {
        guard strncmp(name, prefix, prefix.utf8.count) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: name, count: strlen(name))
    }

    /// As getxattr(2) says: size 0 asks how much there is, and what does not fit is ERANGE.
    fileprivate static func reply(_ request: consuming Request, _ bytes: [UInt8], size: Int) {
        if size == 0 {
            request.reply(attributeSize: bytes.count)
        } else if bytes.count > size {
            request.reply(error: .outOfRange)
        } else {
            request.reply(bytes, bytes.indices)
        }
    }
}

@c private func onGetxattr(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ size: Int) {
    guard let raw, let name else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    guard let name = ExtendedAttributes.ours(name) else { return request.reply(error: .noData) }
    do {
        let value = try context.filesystem.extendedAttribute(name, of: node)
        ExtendedAttributes.reply(request, value, size: size)
    } catch {
        request.reply(error: error)
    }
}

@c private func onListNone(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int) {
    guard let raw else { return }
    ExtendedAttributes.reply(Request(raw), [], size: size)
}

@c private func onListxattr(_ raw: fuse_req_t?, _ node: fuse_ino_t, _ size: Int) {
    guard let raw else { return }
    let request = Request(raw)
    guard let context = SessionContext.of(request) else { return }
    do {
        let names = try context.filesystem.extendedAttributeNames(of: node)
        ExtendedAttributes.reply(request, names.flatMap { $0 + [0] }, size: size)
    } catch {
        request.reply(error: error)
    }
}
