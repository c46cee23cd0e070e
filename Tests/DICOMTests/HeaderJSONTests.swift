import Foundation
import Testing

@testable import DICOM

/// DICOM JSON beside the corpus's header oracle (PS3.18 Annex F, rules K1 to K5).
struct HeaderJSONTests {
    @Test func `JSON agrees with the header oracle, but for the listed disagreements`() throws {
        guard let oracle = try HeaderOracle.load() else {
            print("corpus not found at ../shared/corpus, skipped")
            return
        }
        var differences: [HeaderOracle.Difference] = []
        var compared = 0
        for row in oracle.rows where row.expectation != "must-reject" {
            guard let file = try? Part10File.open(MemoryProvider(oracle.bytes(row.path))) else {
                if !row.mayBeRefused { differences.append(.init(file: row.path, tags: "", ours: "not read", theirs: "read")) }
                continue
            }
            let json = HeaderJSON.json(of: file, bulkDataURI: "file:x.dcm")
            let ours = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any], "\(row.path)")
            differences += difference(row, ours)
            compared += 1
        }
        #expect(compared > 600)
        for known in HeaderDisagreements.known where !differences.contains(where: known.covers) {
            Issue.record("no longer a disagreement: \(known.file) \(known.tags)")
        }
        for difference in differences where HeaderDisagreements.reason(difference) == nil { Issue.record("\(difference)") }
    }

    private func difference(_ row: HeaderOracle.Row, _ ours: [String: Any]) -> [HeaderOracle.Difference] {
        var mine: [String: [String: Any]] = [:]
        var theirs: [String: [String: Any]] = [:]
        HeaderOracle.flatten(ours, into: &mine)
        HeaderOracle.flatten(row.json, into: &theirs)
        let dropped = theirs.filter { $0.value["Dropped"] != nil && $0.value["vr"] as? String == "SQ" }.map { $0.key + "[" }
        var result: [HeaderOracle.Difference] = []
        for tags in Set(mine.keys).union(theirs.keys).sorted() where !dropped.contains(where: { tags.hasPrefix($0) }) {
            if row.unconverted.contains(String(tags.prefix(8))) { continue }
            let left = mine[tags].map(describe) ?? "absent"
            let right = theirs[tags].map(describe) ?? "absent"
            if left != right, !isBulk(mine[tags], theirs[tags]) {
                result.append(.init(file: row.path, tags: tags, ours: String(left.prefix(100)), theirs: String(right.prefix(100))))
            }
        }
        return result
    }

    private func describe(_ element: [String: Any]) -> String {
        let vr = element["vr"] as? String ?? ""
        if let inline = element["InlineBinary"] as? String { return inline.isEmpty ? vr : "\(vr) base64 \(inline)" }
        return ([vr] + [HeaderOracle.values(element).joined(separator: "\\")]).joined(separator: " ").trimmed(" ")
    }

    /// Bulk: the oracle dropped it, we reference it; lengths agree where it is native.
    private func isBulk(_ ours: [String: Any]?, _ theirs: [String: Any]?) -> Bool {
        guard let ours, let theirs, ours["vr"] as? String == theirs["vr"] as? String else { return false }
        if let uri = ours["BulkDataURI"] as? String {
            return theirs["Dropped"] as? Int != nil || theirs["InlineBinary"] != nil && uri.contains("length=")
        }
        return theirs["Dropped"] != nil
    }
}
