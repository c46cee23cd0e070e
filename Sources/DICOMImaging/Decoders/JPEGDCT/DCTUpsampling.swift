/// From the planes of the components to interleaved samples. Chroma of half size is interpolated with weights of 3/4 and 1/4 (centres
/// as JFIF places them), with the rounding of the widespread decoders; other ratios are repeated.
struct DCTUpsampling {
    private enum Kind { case same, halfWidth, halfHeight, half, nearest }

    private let frame: DCTFrame
    private let planes: UnsafePointer<UInt16>
    private let target: UnsafeMutablePointer<UInt16>

    init(_ frame: DCTFrame, from planes: UnsafePointer<UInt16>, into target: UnsafeMutablePointer<UInt16>) {
        self.frame = frame
        self.planes = planes
        self.target = target
    }

    func run() {
        // Two values more than needed: interpolation makes an even number.
        var line = [UInt16](repeating: 0, count: frame.width + 2)
        let step = frame.components.count
        for (index, component) in frame.components.enumerated() {
            let plane = planes + frame.firstSample[index]
            let kind = kind(component)
            line.withUnsafeMutableBufferPointer { line in
                guard let line = line.baseAddress else { return }
                for row in 0..<frame.height {
                    fill(line, kind, component, plane, row)
                    let out = target + (row &* frame.width &* step &+ index)
                    for column in 0..<frame.width { out[column &* step] = line[column] }
                }
            }
        }
    }

    private func kind(_ component: DCTComponent) -> Kind {
        let isFullWidth = component.horizontal == frame.maxHorizontal
        let isFullHeight = component.vertical == frame.maxVertical
        let isHalfWidth = component.horizontal * 2 == frame.maxHorizontal && component.width > 2
        let isHalfHeight = component.vertical * 2 == frame.maxVertical
        if isFullWidth { return isFullHeight ? .same : isHalfHeight ? .halfHeight : .nearest }
        guard isHalfWidth else { return .nearest }
        return isFullHeight ? .halfWidth : isHalfHeight ? .half : .nearest
    }

    private func fill(_ line: UnsafeMutablePointer<UInt16>, _ kind: Kind, _ component: DCTComponent, _ plane: UnsafePointer<UInt16>, _ row: Int) {
        let own = plane + min(component.height &- 1, row &* component.vertical / frame.maxVertical) &* component.width
        // The row on the other side of this one's centre; the picture's edge is repeated.
        let neighbor = min(max(row / 2 &+ (row & 1 == 0 ? -1 : 1), 0), component.height &- 1)
        let other = plane + neighbor &* component.width
        switch kind {
        case .same: line.update(from: own, count: frame.width)
        case .halfWidth: Self.spread(line, component.width, limit: frame.width, scale: 4, roundings: (1, 2)) { Int32(own[$0]) }
        case .half: Self.spread(line, component.width, limit: frame.width, scale: 16, roundings: (8, 7)) { 3 &* Int32(own[$0]) &+ Int32(other[$0]) }
        case .halfHeight:
            let rounding: Int32 = row & 1 == 0 ? 1 : 2
            for x in 0..<frame.width { line[x] = UInt16(truncatingIfNeeded: (3 &* Int32(own[x]) &+ Int32(other[x]) &+ rounding) &>> 2) }
        case .nearest:
            for x in 0..<frame.width { line[x] = own[min(component.width &- 1, x &* component.horizontal / frame.maxHorizontal)] }
        }
    }

    /// Twice as many values as `count`, no more than `limit`: each 3/4 of its own and 1/4 of its neighbour.
    @inline(__always)
    private static func spread(
        _ line: UnsafeMutablePointer<UInt16>, _ count: Int, limit: Int, scale: Int32, roundings: (left: Int32, right: Int32),
        _ value: (Int) -> Int32
    ) {
        for x in 0..<count where 2 &* x < limit {
            let own = value(x)
            let left = x > 0 ? value(x &- 1) : own
            let right = x &+ 1 < count ? value(x &+ 1) : own
            line[2 &* x] = UInt16(truncatingIfNeeded: (3 &* own &+ left &+ roundings.left) / scale)
            line[2 &* x &+ 1] = UInt16(truncatingIfNeeded: (3 &* own &+ right &+ roundings.right) / scale)
        }
    }
}
