import DICOM
import Foundation
import Glibc
import Locks
import TestSupport
import Testing

@testable import DICOMArchive
@testable import DICOMTree

/// The bound of stored pictures, full disks, and what else lies in the folder.
@Suite(.serialized) struct StoreBoundTests {
    let fixture: StoreFixture
    private let row = InstanceRow(
        id: 1, seriesID: 1, stem: [], uidStem: [], size: 0, mtimeNs: 0, contentChangedNs: 0, headerTextLength: 0, headerTextVersion: 1,
        pictureState: .available, picture: nil)

    init() throws { fixture = try StoreFixture() }

    private func key(_ number: Int) -> PictureKey {
        let order = PictureOrder(
            frame: number, kind: .png, settings: PictureSettings(), description: PictureDescription(width: 1, height: 1, channels: 1),
            expectedSize: 1)
        return PictureKey(origin: [], row: row, source: FileIdentity(), order: order)
    }

    /// Takes two blocks of 4 KiB.
    private func picture(_ number: Int) -> [UInt8] { (0..<6_000).map { UInt8(truncatingIfNeeded: $0 &+ number) } }

    private func kept(_ store: DiskPictureStore, _ numbers: Range<Int>) -> [Int] {
        numbers.filter { store.picture(for: key($0), size: 6_000) == picture($0) }
    }

    /// One after the other, so that each is written.
    private func fill(_ store: DiskPictureStore, _ numbers: Range<Int>) {
        for number in numbers {
            store.keep(picture(number), for: key(number))
            store.settle()
        }
    }

    private func usedBytes() throws -> Int {
        try fixture.files().reduce(0) { $0 + StoreFolder.cost(Int(MountedTree.status($1)?.st_size ?? 0)) }
    }

    private func setAge(_ number: Int, hours: Int) throws {
        let file = try #require(try fixture.file(holding: picture(number)))
        var times = Array(repeating: timespec(tv_sec: time(nil) - hours * 3_600, tv_nsec: 0), count: 2)
        #expect(utimensat(AT_FDCWD, file, &times, 0) == 0)
    }

    @Test func `the bound is kept, and what was used longest ago goes first`() throws {
        let store = try fixture.store(DiskPictureStore.Limits(bytes: 20 * 8_192))
        fill(store, 0..<20)
        #expect(kept(store, 0..<20).count == 20)
        for number in 0..<20 { try setAge(number, hours: 100 - number) }
        // Used again: the oldest is the newest.
        #expect(kept(store, 0..<1) == [0])
        fill(store, 20..<21)
        #expect(try usedBytes() <= 20 * 8_192 / 10 * 9 + 8_192)
        let left = kept(store, 0..<21)
        #expect(left.first == 0 && left.suffix(2) == [19, 20] && !left.contains(1) && !left.contains(2))
        fill(store, 21..<80)
        #expect(try usedBytes() <= 20 * 8_192)
        #expect(kept(store, 79..<80) == [79])
    }

    @Test func `a smaller bound at the next mount makes room at once, and what is too big for it is not stored`() throws {
        fill(try fixture.store(), 0..<20)
        let store = try fixture.store(DiskPictureStore.Limits(bytes: 5 * 8_192))
        store.start()
        store.settle()
        #expect(try usedBytes() <= 5 * 8_192)
        let tiny = try fixture.store(DiskPictureStore.Limits(bytes: 4_096))
        fill(tiny, 100..<101)
        #expect(kept(tiny, 100..<101).isEmpty)
        let none = try fixture.store(DiskPictureStore.Limits(bytes: 0))
        fill(none, 100..<101)
        none.start()
        none.settle()
        #expect(try fixture.files().isEmpty)
    }

    @Test func `what waits to be written is bounded, yet the largest picture can be stored`() throws {
        var limits = DiskPictureStore.Limits(bytes: 1 << 20)
        limits.waitingBytes = 2 * 8_192
        let store = try fixture.store(limits)
        // Nothing is written while its own thread is kept busy.
        let gate = DispatchSemaphore(value: 0)
        store.afterAll { gate.wait() }
        for number in 0..<10 { store.keep(picture(number), for: key(number)) }
        gate.signal()
        store.settle()
        #expect(kept(store, 0..<10) == [0, 1])
        limits.waitingBytes = 1
        fill(try fixture.store(limits), 10..<13)
        #expect(kept(store, 10..<13) == [10, 11, 12])
    }

    @Test func `two mounts share a folder, and its bound`() throws {
        let limits = DiskPictureStore.Limits(bytes: 64 * 8_192)
        let stores = [try fixture.store(limits), try fixture.store(limits)]
        for number in 0..<300 {
            let store = stores[number % 2]
            store.keep(picture(number), for: key(number))
            // Both at once: the same picture from both.
            stores[(number + 1) % 2].keep(picture(number), for: key(number))
            for store in stores { store.settle() }
        }
        #expect(try usedBytes() <= limits.bytes + 2 * limits.bytes / 16 + 2 * 8_192)
        #expect(kept(stores[0], 0..<300) == kept(stores[1], 0..<300))
        #expect(kept(stores[0], 290..<300).count == 10)
        #expect(try fixture.files().allSatisfy { !$0.hasSuffix(".new") })
    }

    @Test func `threads of two mounts that store, read and make room at once get whole pictures or none`() throws {
        let limits = DiskPictureStore.Limits(bytes: 10 * 8_192)
        let stores = [try fixture.store(limits), try fixture.store(limits)]
        let wrong = try ProductionTests.inParallel(4) { [self] in
            var wrong = 0
            for round in 0..<150 {
                let (store, number) = (stores[round % 2], round % 25)
                if let bytes = store.picture(for: key(number), size: 6_000), bytes != picture(number) { wrong += 1 }
                store.keep(picture(number), for: key(number))
            }
            return wrong
        }
        for store in stores { store.finish(within: 60) }
        #expect(wrong == [0, 0, 0, 0])
        #expect(fixture.lines.withLock { $0 }.isEmpty)
    }

    @Test func `files of others in the folder are left as they are`() throws {
        let digits = String(repeating: "a", count: 62)
        try FileManager.default.createDirectory(atPath: fixture.cache + "/dcmfs-1/aa", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: fixture.cache + "/dcmfs-1/AA", withIntermediateDirectories: true)
        chmod(fixture.cache, 0o700)
        let others = [
            "notes.txt", digits, "dcmfs-1/readme", "dcmfs-1/aa/\(digits).txt", "dcmfs-1/aa/\(digits.uppercased())", "dcmfs-1/AA/\(digits)",
            "dcmfs-1/aa/\(digits).123.new",
        ].map { fixture.cache + "/" + $0 }
        for path in others { try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: path)) }
        let elsewhere = fixture.folder + "/elsewhere"
        try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: elsewhere))
        #expect(symlink(elsewhere, fixture.cache + "/dcmfs-1/aa/\(digits)") == 0)
        mkdir(fixture.folder + "/other", 0o700)
        try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: fixture.folder + "/other/" + digits))
        #expect(symlink(fixture.folder + "/other", fixture.cache + "/dcmfs-1/bb") == 0)
        let store = try fixture.store(DiskPictureStore.Limits(bytes: 8_192))
        store.start()
        fill(store, 0..<5)
        for path in others + [elsewhere, fixture.folder + "/other/" + digits] { #expect(MountedTree.status(path)?.st_size == 9_000, "\(path)") }
        #expect((MountedTree.status(fixture.cache + "/dcmfs-1/aa/\(digits)")?.st_mode ?? 0) & S_IFMT == S_IFLNK)
        #expect(kept(store, 4..<5) == [4])
    }

    @Test func `links and folders in the place of a picture are not followed, read or replaced`() throws {
        let store = try fixture.store()
        fill(store, 0..<1)
        let file = try #require(try fixture.files().first)
        let elsewhere = fixture.folder + "/elsewhere"
        rename(file, elsewhere)
        #expect(symlink(elsewhere, file) == 0)
        #expect(kept(store, 0..<1).isEmpty)
        fill(store, 0..<1)
        #expect((MountedTree.status(file)?.st_mode ?? 0) & S_IFMT == S_IFLNK)
        unlink(file)
        mkdir(file, 0o700)
        #expect(kept(store, 0..<1).isEmpty)
        fill(store, 0..<1)
        rmdir(file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(kept(store, 0..<1).isEmpty)
        unlink(file)
        // A whole subfolder that is a link, and then one that was taken away.
        let subfolder = fixture.cache + "/dcmfs-1"
        rename(subfolder, fixture.folder + "/moved")
        #expect(symlink(fixture.folder + "/moved", subfolder) == 0)
        rename(elsewhere, fixture.folder + "/moved" + file.dropFirst(subfolder.count))
        #expect(kept(store, 0..<1).isEmpty)
        unlink(subfolder)
        let next = try fixture.store()
        fill(next, 0..<1)
        #expect(kept(next, 0..<1) == [0])
    }

    @Test func `what a crash left unfinished is never served, and is removed when it is old`() throws {
        let store = try fixture.store()
        fill(store, 0..<1)
        let file = try #require(try fixture.files().first)
        let (old, young) = (file + ".0123456789abcdef.new", file + ".1123456789abcdef.new")
        for path in [old, young] { try FileManager.default.copyItem(atPath: file, toPath: path) }
        var times = Array(repeating: timespec(tv_sec: time(nil) - 2 * 3_600, tv_nsec: 0), count: 2)
        #expect(utimensat(AT_FDCWD, old, &times, 0) == 0)
        unlink(file)
        let next = try fixture.store()
        next.start()
        next.settle()
        #expect(try fixture.files() == [young])
        #expect(kept(next, 0..<1).isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "only root can make a small disk"))
    func `D4 a full disk below the stored pictures is no error for who reads, is said once, and heals`() throws {
        mkdir(fixture.cache, 0o700)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", fixture.cache]).status == 0)
        // For a test that ends early: at its usual end there may be nothing left to unmount.
        defer { _ = try? Finished.run("/bin/umount", ["-l", fixture.cache]) }
        let source = MemorySource.sample(instances: 60)
        let producer = TestProducer()
        func read(pauseNs: Int64) throws -> Int {
            var limits = DiskPictureStore.Limits(bytes: 1 << 20)
            limits.pauseNs = pauseNs
            let store = try fixture.store(limits)
            var options = TreeOptions(cacheBytes: 0)
            options.storing = PictureStoring(store: store, origin: [])
            let tree = VirtualTree(source: source, producer: producer, options: options)
            let before = producer.productions
            for entry in try tree.entries(of: tree.node(at: StoreTests.series).id) where entry.name.suffix(4).elementsEqual(".png".utf8) {
                #expect(try tree.open(entry.node.id).contents().count == entry.node.size)
                store.settle()
            }
            return producer.productions - before
        }
        #expect(try read(pauseNs: 60_000_000_000) == 60)
        #expect(fixture.lines.withLock { $0.count { $0.contains("No space left") } } == 1)
        #expect(try fixture.files().allSatisfy { !$0.hasSuffix(".new") })
        #expect(try read(pauseNs: 0) < 60)
        #expect(try Finished.run("/bin/mount", ["-o", "remount,size=8m", fixture.cache]).status == 0)
        _ = try read(pauseNs: 0)
        #expect(try read(pauseNs: 0) == 0)
        #expect(try Finished.run("/bin/mount", ["-o", "remount,ro", fixture.cache]).status == 0)
        #expect(try read(pauseNs: 0) == 0)
    }

    @Test func `descriptors are closed`() throws {
        func open() throws -> Int {
            // One that is closed between the listing and the look at it is not open.
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { link in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + link))?.hasPrefix(fixture.folder) == true
            }
        }
        do {
            let store = try fixture.store(DiskPictureStore.Limits(bytes: 4 * 8_192))
            fill(store, 0..<30)
            _ = kept(store, 0..<30)
            #expect(try open() == 1)
        }
        #expect(try open() == 0)
    }
}
