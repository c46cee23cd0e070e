import CLinux
import Glibc

/// Whether a folder shows a dcmfs mount: an index that read its own output would never end (D21).
enum MountTable {
    static func isDCMFS(_ device: UInt64) -> Bool {
        let wanted = "\(clinux_major(device)):\(clinux_minor(device))"
        for line in lines() where line.utf8.elementsEqual(wanted.utf8, in: 2) && isDCMFS(line) { return true }
        return false
    }

    /// The options of the filesystem itself, behind the dash.
    static func options(of device: UInt64) -> [String] {
        let wanted = "\(clinux_major(device)):\(clinux_minor(device))"
        for line in lines() where line.utf8.elementsEqual(wanted.utf8, in: 2) {
            guard let last = line.split(separator: " ").last else { continue }
            return last.split(separator: ",").map(String.init)
        }
        return []
    }

    /// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw` (proc(5)).
    private static func isDCMFS(_ line: String) -> Bool {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { return false }
        return fields[dash + 1] == "fuse.dcmfs"
    }

    private static func lines() -> [String] {
        let descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { closeDescriptor(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension String.UTF8View {
    /// Whether the blank-separated field `index` is `other`.
    fileprivate func elementsEqual(_ other: String.UTF8View, in index: Int) -> Bool {
        let fields = split(separator: UInt8(ascii: " "), maxSplits: index + 1)
        return index < fields.count && fields[index].elementsEqual(other)
    }
}
