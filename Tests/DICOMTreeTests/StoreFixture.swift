import DICOMTree
import Foundation
import Glibc
import Locks
import TestSupport

/// A temporary folder for stored pictures, with all that is said about it.
final class StoreFixture: Sendable {
    let folder: String
    var cache: String { folder + "/cache" }
    let lines = Mutex<[String]>([])

    init() throws {
        folder = "/tmp/dcmfs-store-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func store(_ limits: DiskPictureStore.Limits? = nil) throws -> DiskPictureStore {
        let made = try StoreFolder(path: Array(cache.utf8))
        return DiskPictureStore(folder: made, limits: limits ?? DiskPictureStore.Limits(bytes: 1 << 20)) { [weak self] line in
            self?.lines.withLock { $0.append(line) }
        }
    }

    /// Stored pictures and whatever else lies there.
    func files() throws -> [String] { try MountedTree.files(in: cache) }

    func file(holding bytes: [UInt8]) throws -> String? {
        try files().first { try Data(contentsOf: URL(fileURLWithPath: $0)).suffix(bytes.count).elementsEqual(bytes) }
    }

    enum Damage: CaseIterable {
        case bitInPicture, bitInKey, shortened, lengthened, empty, zeros, anotherPicture, anotherVersion
    }

    func strike(_ file: String, _ damage: Damage, other: String) throws {
        let url = URL(fileURLWithPath: file)
        var bytes = [UInt8](try Data(contentsOf: url))
        switch damage {
        case .bitInPicture: bytes[bytes.count - 5] ^= 4
        case .bitInKey: bytes[80] ^= 1
        case .shortened: bytes.removeLast()
        case .lengthened: bytes.append(0)
        case .empty: bytes = []
        case .zeros: bytes = bytes.map { _ in 0 }
        case .anotherPicture: bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: other)))
        case .anotherVersion: bytes[0] = UInt8(ascii: "D")
        }
        try Data(bytes).write(to: url)
    }
}
