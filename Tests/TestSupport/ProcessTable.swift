import Foundation
package import Glibc

/// What /proc says of processes, of those too whose memory nobody may look into: the kernel keeps `exe`, `fd` and `environ` of
/// such ones (the workers) from everybody but root.
package enum ProcessTable {
    package static var all: [pid_t] { names("/proc").compactMap { pid_t($0) } }

    /// The program's name; empty for a process that has ended, whether its parent has asked after it or not.
    package static func name(_ process: pid_t) -> String {
        guard let (name, fields) = stat(process), fields.first != "Z" else { return "" }
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")
        return path?.split(separator: "/").last.map(String.init) ?? name
    }

    package static func parent(_ process: pid_t) -> pid_t {
        guard let (_, fields) = stat(process), fields.count > 1 else { return 0 }
        return pid_t(fields[1]) ?? 0
    }

    /// Also where the first process of a container reaps nobody, and what has ended stays in the table.
    package static func hasEnded(_ process: pid_t) -> Bool { kill(process, 0) != 0 || name(process).isEmpty }

    /// Arguments, each ended by a zero byte.
    package static func commandLine(_ process: pid_t) -> String { text("/proc/\(process)/cmdline") }

    /// Name, and the fields behind it from the state on (proc(5)).
    private static func stat(_ process: pid_t) -> (name: String, fields: [Substring])? {
        let text = text("/proc/\(process)/stat")
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")") else { return nil }
        return (String(text[text.index(after: start)..<end]), text[text.index(after: end)...].split(separator: " "))
    }

    private static func text(_ path: String) -> String { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }

    private static func names(_ folder: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
}
