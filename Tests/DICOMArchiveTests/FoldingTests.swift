import Testing

@testable import DICOMArchive

@Suite struct FoldingTests {
    @Test func `Latin text is folded fast as by the rule`() {
        for first in UInt32(0)...0x17F {
            guard let scalar = Unicode.Scalar(first) else { continue }
            let text = "A" + String(Character(scalar)) + "z"
            // A character beyond Latin-1 behind it takes the slow way.
            let slow = caseFolded(Array((text + "\u{3B1}").utf8)).dropLast(2)
            #expect(caseFolded(Array(text.utf8)).elementsEqual(slow), "\(text)")
        }
    }
}
