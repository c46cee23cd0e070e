import Foundation
import TestSupport

/// Means of 8 x 8 blocks of a frame's stored values, as the corpus has them (its README, "Grids and renderings").
struct PixelGrid {
    /// One mean per block, rows top to bottom, sample after sample.
    let means: [Double]
    private(set) var least = 0.0
    private(set) var greatest = 0.0

    private init(means: [Double]) { self.means = means }

    /// - Parameters:
    ///   - dtype: u1, u2, i2, ... as in numpy; little endian.
    ///   - shape: rows x columns, then x samples where there are several.
    init?(_ bytes: [UInt8], dtype: String, shape: String) {
        let sides = shape.split(separator: "x").compactMap { Int($0) }
        guard sides.count >= 2, let size = Int(dtype.dropFirst()), size > 0, size <= 4, ["u", "i"].contains(dtype.prefix(1)) else { return nil }
        let samples = sides.count > 2 ? sides[2] : 1
        let (height, width) = (sides[0], sides[1])
        guard bytes.count == height * width * samples * size else { return nil }
        let values = (0..<height * width * samples).map { index -> Double in
            let field = (0..<size).reduce(Int64(0)) { $0 | Int64(bytes[index * size + $1]) << (8 * Int64($1)) }
            return Double(dtype.hasPrefix("i") && field >> (8 * Int64(size) - 1) == 1 ? field - 1 << (8 * Int64(size)) : field)
        }
        let (rows, columns) = (min(8, height), min(8, width))
        means = (0..<samples * rows * columns).map { block in
            let (sample, row, column) = (block / (rows * columns), block / columns % rows, block % columns)
            var sum = 0.0
            var count = 0.0
            for y in row * height / rows..<(row + 1) * height / rows {
                for x in column * width / columns..<(column + 1) * width / columns {
                    sum += values[(y * width + x) * samples + sample]
                    count += 1
                }
            }
            return sum / max(1, count)
        }
        least = values.min() ?? 0
        greatest = values.max() ?? 0
    }

    /// The largest difference of two block means.
    func distance(to other: PixelGrid) -> Double {
        means.count == other.means.count ? zip(means, other.means).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }

    /// The corpus's grids by path and frame, with a blank between them.
    static func expected() -> [String: PixelGrid] {
        var grids: [String: PixelGrid] = [:]
        for line in Corpus.lines("EXPECTED_GRID.jsonl.gz") {
            guard let row = try? JSONSerialization.jsonObject(with: line) as? [String: Any], let path = row["path"] as? String,
                let frame = row["frame"] as? Int, let grid = row["grid"] as? [[[Double]]]
            else { continue }  // a line of another kind stands for no frame
            grids["\(path) \(frame)"] = PixelGrid(means: grid.flatMap { $0.flatMap { $0 } })
        }
        return grids
    }
}

extension Corpus {
    /// The lines of a gzipped table; empty where it cannot be read.
    static func lines(_ name: String) -> [Data] {
        guard let folder else { return [] }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", folder + "/" + name]
        let pipe = Pipe()
        process.standardOutput = pipe
        do { try process.run() } catch { return [] }
        return pipe.fileHandleForReading.readDataToEndOfFile().split(separator: 0x0A).map { Data($0) }
    }
}
