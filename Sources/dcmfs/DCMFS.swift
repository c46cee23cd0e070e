import ArgumentParser

/// The `dcmfs` command. One file per subcommand in Commands/, one line here.
@main
struct DCMFS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dcmfs",
        abstract: "Shows a DICOM archive as ordinary files.",
        version: "dcmfs 0.1.0",
        subcommands: [
            IndexCommand.self, MountCommand.self, UnmountCommand.self, StatusCommand.self, ProblemsCommand.self, VerifyCommand.self,
            ForgetCommand.self, RelocateCommand.self, HeaderCommand.self, RenderCommand.self, DumpCommand.self,
        ]
    )
}
