import DICOMArchive
import Glibc

/// What the commands that work on an archive share.
enum ArchiveAccess {
    /// The bytes of an argument.
    static func bytes(of argument: String) -> [UInt8] {
        Arguments.bytes(argument)
    }

    /// Opens, works, closes; errors of the archive become the command's.
    static func with<Result>(
        _ path: String, _ mode: Archive.Mode, _ trust: TrustOption, names: NamingRule? = nil, group: UInt32? = nil, _ body: (Archive) throws(ArchiveError) -> Result
    ) throws(CommandFailure) -> (result: Result, isSealed: Bool) {
        do throws(ArchiveError) {
            let archive = try Archive.open(path: bytes(of: path), mode: mode, isTrusted: trust.isGiven, names: names, group: group)
            do throws(ArchiveError) {
                let result = try body(archive)
                return (result, archive.close())
            } catch {
                archive.close()
                throw error
            }
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// Runs a command's work; a failure is said on standard error and becomes the exit code.
    static func reporting(_ body: () throws(CommandFailure) -> Void) throws {
        do throws(CommandFailure) {
            try body()
        } catch {
            error.report()
            throw error.exitCode
        }
    }
}

/// A path for people and for JSON, which has no bytes: `\xNN` for what is not text.
func shownPath(_ path: [UInt8]) -> String { String(decoding: printable(path), as: UTF8.self) }
