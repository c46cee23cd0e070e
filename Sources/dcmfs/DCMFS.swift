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
            ForgetCommand.self, AcknowledgeCommand.self, RenameCommand.self, RelocateCommand.self, FindCommand.self, ListCommand.self, CatCommand.self, ExportCommand.self, HeaderCommand.self,
            RenderCommand.self, ThumbnailCommand.self, FormatsCommand.self, DoctorCommand.self, ShowCommand.self, DumpCommand.self,
        ]
    )

    /// As ArgumentParser's, but wrong usage is exit code 2, as with other Unix tools, not sysexits' 64.
    static func main() {
        openStandardDescriptors()
        do {
            if MountCommand.isAskedForOptions(Arguments.texts) {
                printOut(MountOptions.help + "\n")
                if StandardOutput.hasFailed { throw ExitCode.failure }
                return
            }
            if answersShell(Arguments.texts) { return }
            var command = try parseAsRoot(Arguments.texts.map { $0 == "--follow-links=anywhere" ? "--follow-links-anywhere" : $0 })
            do throws(CommandFailure) { try StandardOutput.checkIsNoSource() } catch {
                error.report()
                throw error.exitCode
            }
            try command.run()
            if StandardOutput.hasFailed { throw ExitCode.failure }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            // Where standard error is closed or full there is no one left to tell; the exit code says it.
            try? writeAll(Array((Arguments.shown(fullMessage(for: error)) + "\n").utf8), to: STDERR_FILENO)
            Glibc.exit(2)
        }
    }

    /// What completions of shells are made of; the parser's own scripts offer no file names.
    private static func answersShell(_ arguments: [String]) -> Bool {
        if arguments.first == Completer.word, let table = CommandTable.current() {
            printOut(Arguments.bytes(Completer(Array(arguments.dropFirst()), in: table).text))
            return true
        }
        for script in CompletionScript.allCases
        where arguments == [CompletionScript.option, script.rawValue] || arguments == [CompletionScript.option + "=" + script.rawValue] {
            printOut(script.text)
            return true
        }
        return false
    }

    /// Whoever starts us may have closed these. The next file to be opened would take their numbers, and be written to by
    /// whatever is printed: the archive, for one.
    private static func openStandardDescriptors() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            if descriptor > STDERR_FILENO { close(descriptor) }
            if descriptor < 0 || descriptor > STDERR_FILENO { return }
        }
    }
}
