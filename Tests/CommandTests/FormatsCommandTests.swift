import DICOM
import Foundation
import TestSupport
import Testing

@Suite("dcmfs formats")
struct FormatsCommandTests {
    private func formats(_ arguments: String...) throws -> Finished {
        try Finished.run(MountedTree.program("dcmfs"), ["formats"] + arguments)
    }

    @Test("every transfer syntax has a line that says what decodes it or why nothing does")
    func text() throws {
        let run = try formats()
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == TransferSyntax.all.count)
        for (line, syntax) in zip(lines, TransferSyntax.all) { #expect(line.hasPrefix(syntax.uid + " ") && line.contains(syntax.name)) }
        #expect(run.output.contains("1.2.840.10008.1.2.4.51     libjpeg-turbo; 12 bits: own code"))
        #expect(run.output.contains("1.2.840.10008.1.2.4.94     none: JPIP: the pixel data are on a server"))
    }

    @Test("docs/formats.md has the table of this build (else run mountscripts/update-formats)")
    func markdown() throws {
        let run = try formats("--markdown")
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("| UID | transfer syntax | pictures |\n|---|---|---|\n"))
        let page = String(decoding: Corpus.bytes(Corpus.projectRoot + "/docs/formats.md"), as: UTF8.self)
        let table = page.components(separatedBy: "<!-- table -->\n").last?.components(separatedBy: "<!-- end of table -->\n").first ?? ""
        for (line, documented) in zip(run.output.split(separator: "\n"), table.split(separator: "\n")) {
            // A library that is optional may be missing here; the page describes the full build.
            let isMissing = line.contains("JPEG XL") && line.hasSuffix("| none: no decoder in this build |")
            #expect(isMissing || line == documented)
        }
        #expect(table.split(separator: "\n").count == TransferSyntax.all.count + 2)
    }

    @Test("JSON says of every transfer syntax whether it is decoded, and exactly one of by what and why not")
    func json() throws {
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(formats("--json").output.utf8)) as? [[String: Any]])
        #expect(rows.compactMap { $0["uid"] as? String } == TransferSyntax.all.map(\.uid))
        for row in rows {
            let (library, reason) = (row["library"] as? String ?? "", row["reason"] as? String ?? "")
            #expect(row["decoded"] as? Bool == !library.isEmpty)
            #expect(library.isEmpty != reason.isEmpty)
        }
        #expect(rows.first { $0["uid"] as? String == "1.2.840.10008.1.2.5" }?["library"] as? String == "own code")
    }

    @Test("two forms at once are wrong usage")
    func usage() throws {
        let run = try formats("--json", "--markdown")
        #expect(run.status == 2)
        #expect(run.errors.contains("exclude each other"))
    }
}
