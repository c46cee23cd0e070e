import CLinux
import DICOM
import DICOMImaging
import Foundation
import Glibc
import TestSupport
import Testing

/// In processes of their own, where nothing else allocates.
@Suite("Q9: no picture takes more than 4 times its samples and 16 MiB")
struct MemoryTests {
    /// Largest resident size so far since the last reset, or the present one, in bytes.
    private static func resident(_ field: String) -> Int {
        let status = String(decoding: Corpus.bytesOfSpecial("/proc/self/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Draws the image in every format; the number of the first that took too much, counted from 1, else 0.
    static func excess(_ image: NativeImage, bytesPerPixel: Int) throws -> CInt {
        let file = try image.file()
        guard let picture = PictureDescriber.describe(file).picture else { return 100 }
        let bound = 4 * image.rows * image.columns * bytesPerPixel + 16 << 20
        for (number, settings) in [PictureSettings(), PictureSettings(longestSide: 256)].enumerated() {
            for format in [PictureFormat.png, .jpeg] {
                CLinux_trim()
                let reset = open("/proc/self/clear_refs", O_WRONLY)
                guard reset >= 0, write(reset, "5", 1) == 1 else { return 101 }
                close(reset)
                let before = resident("VmRSS")
                let bytes = try PictureRenderer.picture(of: file, frame: 0, settings: settings, format: format, description: picture)
                guard !bytes.isEmpty else { return 102 }
                let taken = resident("VmHWM") - before
                print("\(picture.width) x \(picture.height) \(format) \(settings.longestSide ?? 0): \(taken >> 10) KiB of \(bound >> 10)")
                if taken > bound { return CInt(1 + number * 2 + Int(format.rawValue)) }
            }
        }
        return 0
    }

    private static let side = 3000

    /// So many bytes of some variety, made quickly.
    private static func pixels(_ count: Int) -> [UInt8] {
        let some = (0..<99_991).map { UInt8(truncatingIfNeeded: $0 / 7) }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count + some.count)
        while pixels.count < count { pixels += some }
        pixels.removeLast(pixels.count - count)
        return pixels
    }

    @Test("16-bit gray without a window")
    func gray() async {
        await #expect(processExitsWith: .success) {
            let image = NativeImage(
                rows: Self.side, columns: Self.side, bitsAllocated: 16, bitsStored: 16, pixels: Self.pixels(Self.side * Self.side * 2))
            exit(try Self.excess(image, bytesPerPixel: 2))
        }
    }

    @Test("floating point without a window")
    func floats() async {
        await #expect(processExitsWith: .success) {
            let side = 600
            let image = NativeImage(
                rows: side, columns: side, bitsAllocated: 32, bitsStored: 32, pixels: Self.pixels(side * side * 4), pixelTag: .floatPixelData,
                vr: .OF)
            exit(try Self.excess(image, bytesPerPixel: 4))
        }
    }

    @Test("8-bit colour")
    func color() async {
        await #expect(processExitsWith: .success) {
            let image = NativeImage(
                rows: Self.side, columns: Self.side, samples: 3, photometric: "RGB", pixels: Self.pixels(Self.side * Self.side * 3))
            exit(try Self.excess(image, bytesPerPixel: 3))
        }
    }

    @Test("a palette's three channels")
    func palette() async {
        await #expect(processExitsWith: .success) {
            var image = NativeImage(rows: Self.side, columns: Self.side, photometric: "PALETTE COLOR")
            image.pixels = Self.pixels(Self.side * Self.side)
            image.after = { writer in
                for channel: UInt16 in 0..<3 { writer.element(Tag(0x0028, 0x1101 + channel), us: 256, 0, 8) }
                for channel: UInt16 in 0..<3 { writer.element(Tag(0x0028, 0x1201 + channel), .OW, (0...255).map { UInt8($0) }) }
            }
            exit(try Self.excess(image, bytesPerPixel: 1))
        }
    }
}

extension Corpus {
    /// A file of the kernel, whose size is not known before it is read.
    fileprivate static func bytesOfSpecial(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        return Array(bytes.prefix(max(0, read(descriptor, &bytes, bytes.count))))
    }
}
