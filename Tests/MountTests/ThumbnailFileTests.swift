import Foundation
import Glibc
import TestSupport
import Testing

/// `dcmfs thumbnail` as tumbler (Xfce) calls it. With tumbler itself: mountscripts/check-desktop.
struct ThumbnailFileTests {
    @Test func `a file manager reads the picture by the descriptor with which it made the file`() throws {
        var path = Array("/tmp/dcmfs-thumbnail-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        let name = try #require(String(validating: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer {
            close(descriptor)
            unlink(name)
        }
        // Longer than any picture: nothing of it may stay behind.
        let old = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 0x20, count: 1 << 20)
        #expect(write(descriptor, old, old.count) == old.count)
        let source = Corpus.projectRoot + "/Fixtures/ct/slice1.dcm"
        let finished = try Finished.run(MountedTree.program("dcmfs"), ["thumbnail", "-s", "64", source, name])
        #expect(finished.status == 0, "\(finished.errors)")

        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        #expect(Array(bytes.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
        #expect(count > 100 && bytes.prefix(max(count, 0)).suffix(8) == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    }
}
