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
        #expect(run.output.contains("1.2.840.10008.1.2.4.94     none: the pixel data are elsewhere, behind a URL"))
    }

    @Test("docs/formats.md has the table of this build (else run mountscripts/update-formats)")
    func markdown() throws {
        let run = try formats("--markdown")
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("| UID | transfer syntax | pictures |\n|---|---|---|\n"))
        let page = String(decoding: Corpus.bytes(Corpus.projectRoot + "/docs/formats.md"), as: UTF8.self)
        #expect(page.contains("<!-- table -->\n" + run.output + "<!-- end of table -->\n"))
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
