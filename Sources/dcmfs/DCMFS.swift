import ArgumentParser
import Glibc

/// The `dcmfs` command. One file per subcommand in Commands/, one line here.
@main
struct DCMFS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dcmfs",
        abstract: "Shows a DICOM archive as ordinary files.",
        version: "dcmfs 0.1.0",
        subcommands: [
            IndexCommand.self, MountCommand.self, UnmountCommand.self, StatusCommand.self, ProblemsCommand.self, VerifyCommand.self,
            ForgetCommand.self, RelocateCommand.self, FindCommand.self, ListCommand.self, CatCommand.self, ExportCommand.self, HeaderCommand.self,
            RenderCommand.self, ThumbnailCommand.self, FormatsCommand.self, DoctorCommand.self, DumpCommand.self,
        ]
    )

    /// As ArgumentParser's, but wrong usage is exit code 2, as with other Unix tools, not sysexits' 64.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            try? writeAll(Array((fullMessage(for: error) + "\n").utf8), to: STDERR_FILENO)
            Glibc.exit(2)
        }
    }
}
