import ArgumentParser
import FUSE
import Glibc

/// `dcmfs unmount [--lazy] /mnt/dicom`
struct UnmountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount", abstract: "Ends a mount.", aliases: ["umount"])

    @Flag(help: "Detach now, end when the last file in it is closed.")
    var lazy = false

    @Argument(help: "Where the archive is mounted.", completion: .directory)
    var mountpoint: String

    func run() throws {
        do throws(MountError) {
            let point = try MountPoint(resolving: Arguments.bytes(mountpoint))
            guard MountTable.current().top(at: point.path)?.type == Array("fuse.\(MountCommand.subtype)".utf8) else {
                throw MountError(.failed, "\(mountpoint) is not a dcmfs mount")
            }
            try point.unmount(lazily: lazy)
        } catch {
            CommandFailure(error.description).report()
            throw ExitCode.failure
        }
    }
}
