import Glibc

/// Study Date and Study Time as a point in time. They carry no time zone, so they are taken as local time of this process:
/// `ls -l` then shows the very digits of the header.
enum StudyTime {
    private static let second: Int64 = 1_000_000_000

    /// Nanoseconds since 1970, negative before. Nil without a day, and where 64 bits do not reach (before 1678, after 2261).
    ///
    /// `day` is YYYYMMDD; `time` is of VR TM (PS3.5 section 6.2), also in the old form with colons: what is missing counts
    /// as 0, and what cannot be read as midnight.
    static func nanoseconds(day: Int64, time: [UInt8]) -> Int64? {
        guard (1_01_01...9999_12_31).contains(day) else { return nil }
        let clock = clock(time) ?? Clock()
        var parts = tm()
        parts.tm_year = CInt(day / 10_000) - 1900
        parts.tm_mon = CInt(day / 100 % 100) - 1
        parts.tm_mday = CInt(day % 100)
        parts.tm_hour = CInt(clock.hour)
        parts.tm_min = CInt(clock.minute)
        // mktime knows no leap seconds: the 60th would be the next minute, and on the last day of a month another month.
        let isLeapSecond = clock.second == 60
        parts.tm_sec = isLeapSecond ? 59 : CInt(clock.second)
        parts.tm_isdst = -1
        // -1 is a second of 1969, too: only what mktime did not fill in has failed.
        parts.tm_wday = -1
        let seconds = mktime(&parts)
        guard parts.tm_wday >= 0 else { return nil }
        // The 31st of a shorter month.
        guard day % 100 <= 28 || parts.tm_mon == CInt(day / 100 % 100) - 1 else { return nil }
        let (whole, isTooLarge) = (Int64(seconds) + (isLeapSecond ? 1 : 0)).multipliedReportingOverflow(by: second)
        let (sum, isOver) = whole.addingReportingOverflow(clock.nanoseconds)
        return isTooLarge || isOver ? nil : sum
    }

    private struct Clock {
        var hour = 0
        var minute = 0
        var second = 0
        var nanoseconds: Int64 = 0
    }

    /// Nil for what is no time. A leap second is one.
    private static func clock(_ time: [UInt8]) -> Clock? {
        let text = time.prefix { $0 != UInt8(ascii: "\\") }.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: " ") && $0 != 0 }
        let halves = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let digits = halves.first.map(Array.init), [2, 4, 6].contains(digits.count) else { return nil }
        var clock = Clock()
        guard let hour = number(digits[0..<2]), hour < 24 else { return nil }
        clock.hour = hour
        if digits.count > 2 {
            guard let minute = number(digits[2..<4]), minute < 60 else { return nil }
            clock.minute = minute
        }
        if digits.count > 4 {
            guard let second = number(digits[4..<6]), second <= 60 else { return nil }
            clock.second = second
        }
        guard halves.count > 1 else { return clock }
        let fraction = Array(halves[1].prefix(9))
        guard digits.count == 6, let value = number(fraction[...]) else { return nil }
        clock.nanoseconds = (fraction.count..<9).reduce(Int64(value)) { value, _ in value * 10 }
        return clock
    }

    /// Up to nine decimal digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count <= 9, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
