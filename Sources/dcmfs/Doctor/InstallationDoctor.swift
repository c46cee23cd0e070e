import DICOM
import FUSE
import Glibc
import WorkerProtocol
import Workers

/// Whether this machine can index, draw and mount.
struct InstallationDoctor {
    func examine() -> [Finding] {
        [device, fusermount, mountTable, othersAllowed, Finding.good("libfuse", "libfuse \(FUSEInstallation.libraryVersion)"), mountHelper]
            + ConfiguredMounts().untrusted() + worker
    }

    private var device: Finding {
        switch FUSEInstallation.deviceProblem() {
        case 0: .good("fuse-device", "/dev/fuse can be opened")
        case ENOENT:
            .problem(
                "fuse-device", "there is no /dev/fuse, so nothing can be mounted",
                remedy: "run 'modprobe fuse' as root; in a container start it with --device /dev/fuse --cap-add SYS_ADMIN")
        case let code:
            .problem(
                "fuse-device", "/dev/fuse cannot be opened: \(String(cString: strerror(code)))",
                remedy: "run 'chmod 666 /dev/fuse' as root; in a container pass the device with --device /dev/fuse")
        }
    }

    private var fusermount: Finding {
        guard let path = FUSEInstallation.fusermount() else {
            let level = getuid() == 0 ? Finding.note : Finding.problem
            return level("fusermount", "fusermount3 is not installed: ordinary users cannot mount", "run 'apt install fuse3' as root")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == 0, status.st_mode & S_ISUID != 0 else {
            return .note(
                "fusermount", "\(path) is not set-uid root: ordinary users may not be able to mount",
                remedy: "run 'chown root \(path) && chmod u+s \(path)' as root, or reinstall the package fuse3")
        }
        return .good("fusermount", "\(path) lets ordinary users mount")
    }

    /// fusermount3 mounts without it, but does not unmount.
    private var mountTable: Finding {
        guard access("/etc/mtab", F_OK) != 0 else { return .good("mount-table", "ordinary users can unmount: /etc/mtab is there") }
        let level = getuid() == 0 ? Finding.note : Finding.problem
        return level(
            "mount-table", "there is no /etc/mtab, so fusermount3 does not unmount for ordinary users",
            "run 'ln -s ../proc/self/mounts /etc/mtab' as root (container images may lack it)")
    }

    private var othersAllowed: Finding {
        if FUSEInstallation.allowsOther(Self.contents("/etc/fuse.conf")) {
            return .good("allow-other", "ordinary users may mount with -o allow_other")
        }
        return .note(
            "allow-other", "ordinary users cannot use -o allow_other (root can)",
            remedy: "if they should, put the line user_allow_other into /etc/fuse.conf")
    }

    private var mountHelper: Finding {
        let places = ["/sbin/mount.fuse.dcmfs", "/usr/sbin/mount.fuse.dcmfs"]
        if places.contains(where: { access($0, X_OK) == 0 }) { return .good("mount-helper", "fstab lines of type fuse.dcmfs work") }
        return .note(
            "mount-helper", "there is no /sbin/mount.fuse.dcmfs: fstab lines and mount -t fuse.dcmfs do not work",
            remedy: "install the package dcmfs, or run mountscripts/install as root")
    }

    private var worker: [Finding] {
        let path = shownPath(WorkerLocation.find())
        do throws(WorkerFailure) {
            let pool = try WorkerLocation.makePool(count: 1)
            let ready = try pool.check()
            return [
                .good("worker", "\(path) starts and speaks this version's protocol (\(ready.version))"),
                ready.landlock > 0
                    ? .good("landlock", "Landlock ABI \(ready.landlock) keeps the worker from files and network")
                    : .note(
                        "landlock", "this kernel has no Landlock; the worker's other walls stand",
                        remedy: "use a kernel from 5.13 on that has 'landlock' in its lsm= list"),
                ready.hasSystemCallFilter
                    ? .good("seccomp", "a list of allowed system calls is in force in the worker")
                    : .note(
                        "seccomp", "the worker runs without a filter of system calls",
                        remedy: "none for builds under a sanitizer and for processors other than x86-64 and ARM64"),
                decoders(pool),
            ]
        } catch {
            return [
                .problem(
                    "worker", "\(path) cannot be used: \(error.description)",
                    remedy: "reinstall dcmfs, so that dcmfs and dcmfs-worker are of one version; or let \(WorkerLocation.variable) name the right one"
                )
            ]
        }
    }

    private func decoders(_ pool: WorkerPool) -> Finding {
        do throws(WorkerError) {
            let formats = try pool.formats()
            let libraries = Set(formats.filter(\.isDecoded).map(\.library)).sorted()
            let decoded = formats.count(where: \.isDecoded)
            return .good("decoders", "the worker draws \(decoded) of \(formats.count) transfer syntaxes: \(libraries.joined(separator: " / "))")
        } catch {
            return .problem("decoders", "the worker does not say what it decodes: \(error.description)", remedy: "reinstall dcmfs")
        }
    }

    private static func contents(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
