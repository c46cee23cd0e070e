/// Where an instance belongs among others of its series that its Instance Number does not tell apart: bytes of one width that sort as
/// slices, acquisitions, times and echoes do, and may stand in a file name.
///
///     p5001250a00001t101530123e001      position 12.50 mm, acquisition 1, 10:15:30.123, echo 1
///
/// What is not known is `x`, behind every digit.
package enum OrderKey {
    /// Position in hundredths of a millimetre, above 0 within 50 m; Acquisition Number; time of day in milliseconds; Echo Number.
    private static let parts: [(letter: UInt8, digits: Int)] = [
        (UInt8(ascii: "p"), 7), (UInt8(ascii: "a"), 5), (UInt8(ascii: "t"), 9), (UInt8(ascii: "e"), 3),
    ]
    private static let unknown = UInt8(ascii: "x")

    package static let none = key([nil, nil, nil, nil])

    static func of(_ dataSet: DataSet) -> [UInt8] {
        key([position(dataSet).map { $0 + 5_000_000 }, number(dataSet, .acquisitionNumber), time(dataSet), echo(dataSet)])
    }

    /// Whether bytes can be a key: they become part of a name.
    package static func isKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == none.count else { return false }
        var rest = bytes[...]
        for (letter, digits) in parts {
            let value = rest.dropFirst().prefix(digits)
            guard rest.first == letter, value.allSatisfy({ (48...57).contains($0) }) || value.allSatisfy({ $0 == unknown }) else { return false }
            rest = rest.dropFirst(digits + 1)
        }
        return true
    }

    private static func key(_ values: [Int?]) -> [UInt8] {
        var key: [UInt8] = []
        for (value, (letter, digits)) in zip(values, parts) {
            key.append(letter)
            guard let value else {
                key += Array(repeating: unknown, count: digits)
                continue
            }
            // Beyond what fits stands at the end that it lies beyond.
            let limit = repeatElement(10, count: digits).reduce(1, *) - 1
            let text = Array(String(min(max(value, 0), limit)).utf8)
            key += Array(repeating: UInt8(ascii: "0"), count: digits - text.count) + text
        }
        return key
    }

    /// Along the normal of the image (PS3.3 section C.7.6.2.1.1), in hundredths of a millimetre; without an orientation Slice Location.
    private static func position(_ dataSet: DataSet) -> Int? {
        let place = dataSet.doubles(.imagePositionPatient)
        let axes = dataSet.doubles(.imageOrientationPatient)
        guard place.count == 3, axes.count == 6 else { return dataSet.double(.sliceLocation).flatMap(hundredths) }
        let normal = [
            axes[1] * axes[5] - axes[2] * axes[4], axes[2] * axes[3] - axes[0] * axes[5], axes[0] * axes[4] - axes[1] * axes[3],
        ]
        return hundredths(zip(place, normal).map { $0 * $1 }.reduce(0, +))
    }

    private static func hundredths(_ value: Double) -> Int? {
        value.isFinite ? Int((min(max(value, -49_999), 49_999) * 100).rounded()) : nil
    }

    private static func number(_ dataSet: DataSet, _ tag: Tag) -> Int? { dataSet.int(tag).flatMap { $0 >= 0 ? $0 : nil } }

    private static func echo(_ dataSet: DataSet) -> Int? { dataSet.ints(Tag(0x0018, 0x0086)).first.flatMap { $0 >= 0 ? $0 : nil } }

    /// HHMMSS and milliseconds: of the acquisition, else of the content.
    private static func time(_ dataSet: DataSet) -> Int? {
        for tag in [Tag.acquisitionTime, .contentTime] {
            guard let value = dataSet.key(tag) else { continue }
            let parts = value.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
            let clock = (parts.first ?? []).filter { $0 != UInt8(ascii: ":") }
            let fraction = parts.count > 1 ? Array(parts[1].prefix(3)) : []
            let digits = clock + Array(repeating: 48, count: max(0, 6 - clock.count)) + fraction + Array(repeating: 48, count: 3 - fraction.count)
            // Hours at least, and nothing but digits (PS3.5 section 6.2, TM).
            if clock.count >= 2, digits.count == 9, digits.allSatisfy({ (48...57).contains($0) }) { return digits.reduce(0) { $0 * 10 + Int($1 - 48) } }
        }
        return nil
    }
}
