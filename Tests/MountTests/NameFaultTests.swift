import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// Names out of hostile headers, on a real mount (reliability rows N1-N9, R12).
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct NameFaultTests {
    private static let values: [[UInt8]] =
        [
            "..", ".", "/", "a/b", "a\0b", "", "   ", "a\nb", "\u{1B}[2J", "\u{85}x", "\u{202E}gpj.exe", "\u{200B}", "\u{FEFF}x", "CON", "nul.txt",
            "end.", "a:b", "x\\y", "-rf", ".hidden", "*", "$(id)", "Case", "case", "e\u{301}", "\u{E9}", String(repeating: "\u{65E5}", count: 400),
        ].map { Array($0.utf8) } + [[0x41, 0xFF], [0x41, 0xFE], Array(repeating: 0x42, count: 60_000)]

    @Test func `N1 N2 N3 N5 N6 N8 N9 what hostile headers are called is copied to a disk whole, and no path is too long`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        mkdir(sources, 0o700)
        for (number, value) in Self.values.enumerated() {
            var writer = DICOMWriter(.explicitLittle)
            writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
            writer.element(.sopInstanceUID, .UI, "1.2.\(number)")
            // Where people, studies and series get their names from.
            for (tag, vr) in [(Tag(0x0008, 0x1030), VR.LO), (Tag(0x0008, 0x103E), .LO), (.patientName, .PN), (.patientID, .LO)] {
                writer.element(tag, vr, value + (value.count % 2 == 0 ? [] : [0x20]))
            }
            writer.element(.studyInstanceUID, .UI, "1.3.\(number)")
            writer.element(.seriesInstanceUID, .UI, "1.4.\(number)")
            let file = writer.part10("1.2.840.10008.1.2.1", instance: "1.2.\(number)")
            try Data(file).write(to: URL(fileURLWithPath: "\(sources)/\(number)"))
        }
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--json", "--names=plain", tree.archive, sources])
        #expect(index.status == 0 && index.output.contains("\"new\":\(Self.values.count)"), "\(index.output)")
        try tree.mount(["-o", "show=dcm+txt"])
        let files = try tree.files("patients")
        #expect(files.count == 2 * Self.values.count)
        for file in try tree.files() {
            let below = file.dropFirst(tree.point.count + 1)
            for name in below.split(separator: "/") {
                #expect((1...255).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasPrefix(".") && !name.hasSuffix(" "))
                let unseen = name.unicodeScalars.filter { $0.value < 0x20 || 0x7F...0x9F ~= $0.value || 0x200B...0x202E ~= $0.value }
                #expect(unseen.isEmpty, "\(name)")
            }
            #expect(below.utf8.count <= 4096 - 256, "\(below.utf8.count) bytes: \(below)")
        }
        let copied = try Finished.run("/bin/cp", ["-r", tree.point + "/patients", tree.folder + "/copy"])
        #expect(copied.status == 0, "\(copied.errors)")
        let names = files.map { $0.dropFirst((tree.point + "/patients").count) }
        #expect(try MountedTree.files(in: tree.folder + "/copy").map { $0.dropFirst((tree.folder + "/copy").count) } == names)
        for file in files where file.hasSuffix(".txt") {
            // Nothing in a text moves a terminal's cursor.
            #expect(try MountedTree.contents(file).allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 != 0x7F })
        }
    }
}
