/// Puts dequantised blocks as samples into the planes of a frame. The pointers belong to the caller and outlive the writer.
struct DCTBlockWriter {
    private let frame: DCTFrame
    private let transform: InverseDCT
    /// The planes of all components; see `DCTFrame.firstSample`.
    private let samples: UnsafeMutablePointer<UInt16>
    /// 64 samples, for blocks that reach over an edge.
    private let scratch: UnsafeMutablePointer<UInt16>

    init(_ frame: DCTFrame, samples: UnsafeMutablePointer<UInt16>, scratch: UnsafeMutablePointer<UInt16>) {
        self.frame = frame
        self.samples = samples
        self.scratch = scratch
        transform = InverseDCT(precision: frame.precision)
    }

    /// One component's plane.
    struct Plane {
        let start: UnsafeMutablePointer<UInt16>
        let width: Int
        let height: Int
    }

    func plane(_ component: Int) -> Plane {
        Plane(
            start: samples + frame.firstSample[component], width: frame.components[component].width, height: frame.components[component].height)
    }

    /// - Parameters:
    ///   - block: 64 coefficients in rows; clobbered unless `isFlat`.
    ///   - isFlat: only the first one is not 0.
    ///   - column, row: in blocks; blocks outside the plane are dropped.
    @inline(__always)
    func write(_ block: UnsafeMutablePointer<Int32>, isFlat: Bool, _ plane: Plane, column: Int, row: Int) {
        let (x, y) = (column &* 8, row &* 8)
        guard x < plane.width, y < plane.height else { return }
        let target = plane.start + (y &* plane.width &+ x)
        if x &+ 8 <= plane.width, y &+ 8 <= plane.height {
            put(block, isFlat, target, plane.width)
        } else {
            put(block, isFlat, scratch, 8)
            for line in 0..<min(8, plane.height &- y) {
                (target + line &* plane.width).update(from: scratch + line &* 8, count: min(8, plane.width &- x))
            }
        }
    }

    @inline(__always)
    private func put(_ block: UnsafeMutablePointer<Int32>, _ isFlat: Bool, _ target: UnsafeMutablePointer<UInt16>, _ stride: Int) {
        if isFlat { transform.fill(block[0], into: target, stride: stride) } else { transform.transform(block, into: target, stride: stride) }
    }
}
