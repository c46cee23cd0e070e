import CFUSE3
import Glibc

/// What this machine has for mounts; for `dcmfs doctor`.
package enum FUSEInstallation {
    /// Version of the libfuse in use, such as `3.14.0`.
    package static var libraryVersion: String { String(cString: fuse_pkgversion()) }

    /// errno of opening the device for reading and writing; 0 when that works.
    package static func deviceProblem(_ path: String = "/dev/fuse") -> CInt {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return 0
    }

    /// Path of the set-uid helper, by which ordinary users mount.
    package static func fusermount() -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { $0 + "/fusermount3" }.first { access($0, X_OK) == 0 }
    }

    /// Whether the text of /etc/fuse.conf lets ordinary users mount for others.
    package static func allowsOther(_ configuration: String) -> Bool {
        configuration.split(whereSeparator: \.isNewline).contains { line in
            line.prefix { $0 != "#" }.filter { !$0.isWhitespace } == "user_allow_other"
        }
    }
}
