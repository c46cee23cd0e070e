/// The order of a scan's blocks (T.81 A.2.2, A.2.3): by rows for a single component, else by MCU and within it by component.
struct DCTBlockOrder {
    /// One block of every MCU.
    struct Place {
        /// Index in the scan's parts.
        let part: Int
        /// Blocks from the MCU's first block of that component.
        let column: Int
        let row: Int
        /// Blocks of the component from one MCU to the next.
        let columnStep: Int
        let rowStep: Int
        /// Blocks that lie in the picture, at least in part; others are padding.
        let blocksWide: Int
        let blocksHigh: Int
    }

    let places: [Place]
    let mcusWide: Int
    let mcusHigh: Int

    var mcuCount: Int { mcusWide * mcusHigh }

    init(_ scan: DCTScan, _ frame: DCTFrame) {
        if scan.parts.count == 1 {
            let component = frame.components[scan.parts[0].component]
            (mcusWide, mcusHigh) = (component.blocksWide, component.blocksHigh)
            places = [
                Place(
                    part: 0, column: 0, row: 0, columnStep: 1, rowStep: 1, blocksWide: component.blocksWide, blocksHigh: component.blocksHigh)
            ]
            return
        }
        (mcusWide, mcusHigh) = (frame.mcusWide, frame.mcusHigh)
        places = scan.parts.enumerated().flatMap { number, part in
            let component = frame.components[part.component]
            return (0..<component.vertical * component.horizontal).map { i in
                Place(
                    part: number, column: i % component.horizontal, row: i / component.horizontal, columnStep: component.horizontal,
                    rowStep: component.vertical, blocksWide: component.blocksWide, blocksHigh: component.blocksHigh)
            }
        }
    }

    /// The MCUs of a restart interval; the first interval has all where there are no restarts.
    func interval(_ number: Int, length: Int) -> Range<Int> {
        guard length > 0 else { return number == 0 ? 0..<mcuCount : mcuCount..<mcuCount }
        return min(mcuCount, number * length)..<min(mcuCount, (number + 1) * length)
    }
}
