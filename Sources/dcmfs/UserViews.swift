import DICOMTree
import Glibc

/// What `-o views=` and `--views` name: files of views, or presets.
enum UserViews {
    /// A file is longer than any list of views.
    private static let longestFile = 1 << 20

    static func load(_ names: [String]) throws(CommandFailure) -> [any View] {
        var templates: [ViewTemplate] = []
        for name in names {
            for template in try read(name) {
                guard !templates.contains(where: { $0.foldedName == template.foldedName }) else {
                    throw CommandFailure("there are two views called '\(String(decoding: template.name, as: UTF8.self))'", code: 2)
                }
                templates.append(template)
            }
        }
        guard templates.count <= TemplateView.numbers.count else { throw CommandFailure("more than \(TemplateView.numbers.count) views", code: 2) }
        return zip(templates, TemplateView.numbers).map { TemplateView($0, number: $1) }
    }

    private static func read(_ name: String) throws(CommandFailure) -> [ViewTemplate] {
        do throws(ViewTemplate.Failure) {
            if let preset = ViewPresets.lines[name] { return try ViewPresets.views(in: preset, file: name) }
            return try ViewPresets.views(in: try text(name), file: name)
        } catch {
            throw CommandFailure(error.description, code: 2)
        }
    }

    private static func text(_ path: String) throws(ViewTemplate.Failure) -> String {
        let descriptor = Arguments.withPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            let presets = ViewPresets.lines.keys.sorted().joined(separator: ", ")
            throw ViewTemplate.Failure("\(path): \(String(cString: strerror(errno))) (views are a file, or one of \(presets))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= longestFile {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw ViewTemplate.Failure("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= longestFile, let text = String(validating: bytes, as: UTF8.self) else {
            throw ViewTemplate.Failure("\(path): no text of at most 1 MiB in UTF-8")
        }
        return text
    }
}
