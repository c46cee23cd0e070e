/// Names of years and days; a day is a number YYYYMMDD.
enum CalendarName {
    static let daysPerYear: Int64 = 10_000

    static func year(_ year: Int64) -> [UInt8] { padded(year, 4) }

    static func day(_ day: Int64) -> [UInt8] {
        let dash = [UInt8(ascii: "-")]
        return padded(day / daysPerYear, 4) + dash + padded(day / 100 % 100, 2) + dash + padded(day % 100, 2)
    }

    /// Up to eight digits as a number.
    static func digits(_ name: [UInt8]) -> Int64? {
        guard (1...8).contains(name.count), name.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return name.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func padded(_ number: Int64, _ width: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
    }
}
