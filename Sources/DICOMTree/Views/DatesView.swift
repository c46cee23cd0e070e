package import DICOMArchive

/// `/dates/<YYYY>/<YYYY-MM-DD>/<study>/<series>/`, by Study Date; `0000/0000-00-00` holds what has none.
///
/// Years and days are their own numbers: they need no names in the index, only a time for each day.
package struct DatesView: View {
    package let name = Array("dates".utf8)
    package let number = 4
    package let showsInstances = true

    private static let yearLevel = 1
    private static let dayLevel = 2
    private static let studyLevel = 3
    /// Days are YYYYMMDD.
    private static let daysPerYear: Int64 = 10_000
    private static let years: Range<Int64> = 0..<10_000

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        switch place.level {
        case 0:
            return ViewDirectory(parent: nil, modifiedNs: try index.newestChange())
        case Self.yearLevel:
            return try asking { () throws(ArchiveError) in try year(place.row, index.source) }.map {
                ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs)
            }
        case Self.dayLevel:
            guard place.row >= 0 else { return nil }
            let row = try asking { () throws(ArchiveError) in try index.source.viewFolder(id: place.row) }
            return row.map { ViewDirectory(parent: ViewPlace(level: Self.yearLevel, row: $0.id / Self.daysPerYear), modifiedNs: $0.modifiedNs) }
        case Self.studyLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.study(id: place.row) }
            return row.map { ViewDirectory(parent: ViewPlace(level: Self.dayLevel, row: $0.day), modifiedNs: $0.modifiedNs) }
        default:
            return nil
        }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0:
                guard let number = Self.digits(name), Self.yearName(number) == name else { return nil }
                return try year(number, index.source)
            case Self.yearLevel:
                guard let number = Self.digits(name.filter { $0 != UInt8(ascii: "-") }), Self.dayName(number) == name,
                    number / Self.daysPerYear == place.row
                else { return nil }
                return try index.source.viewFolder(id: number).map(entry)
            case Self.dayLevel:
                guard let row = try index.source.study(viewNamed: name), row.day == place.row else { return nil }
                return entry(row)
            case Self.studyLevel:
                return try index.source.series(named: name, of: place.row).map { ViewEntry($0) }
            default:
                return nil
            }
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0:
                return try years(after: order, limit: limit, index.source)
            case Self.yearLevel:
                let start = place.row * Self.daysPerYear
                return try index.source.viewFolders(after: max(start, order) - 1, below: start + Self.daysPerYear, limit: limit).map(entry)
            case Self.dayLevel:
                return try index.source.studies(ofDay: place.row, after: order, limit: limit).map(entry)
            case Self.studyLevel:
                return try index.source.series(of: place.row, after: order, limit: limit).map { ViewEntry($0) }
            default:
                return []
            }
        }
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: Self.studyLevel, row: series.studyID)
    }

    // MARK: - Years

    /// The order of a year is its number plus one: orders are positive.
    private func years(after order: Int64, limit: Int, _ source: any TreeSource) throws(ArchiveError) -> [ViewEntry] {
        var entries: [ViewEntry] = []
        var from = order
        while entries.count < limit, Self.years.contains(from) {
            let end = Self.years.upperBound * Self.daysPerYear
            guard let next = try source.viewFolders(after: from * Self.daysPerYear - 1, below: end, limit: 1).first else { break }
            let number = next.id / Self.daysPerYear
            if let year = try year(number, source) { entries.append(year) }
            from = number + 1
        }
        return entries
    }

    /// A year with the newest change of its days, of which there are 366 at most.
    private func year(_ number: Int64, _ source: any TreeSource) throws(ArchiveError) -> ViewEntry? {
        guard Self.years.contains(number) else { return nil }
        let start = number * Self.daysPerYear
        let days = try source.viewFolders(after: start - 1, below: start + Self.daysPerYear, limit: Int(Self.daysPerYear))
        guard let newest = days.map(\.modifiedNs).max() else { return nil }
        let item = ViewEntry.Item.directory(ViewPlace(level: Self.yearLevel, row: number))
        return ViewEntry(name: Self.yearName(number), item: item, order: number + 1, modifiedNs: newest)
    }

    private func entry(_ row: ViewFolderRow) -> ViewEntry {
        let item = ViewEntry.Item.directory(ViewPlace(level: Self.dayLevel, row: row.id))
        return ViewEntry(name: Self.dayName(row.id), item: item, order: row.id + 1, modifiedNs: row.modifiedNs)
    }

    private func entry(_ row: StudyRow) -> ViewEntry {
        ViewEntry(row.viewName, level: Self.studyLevel, row: row.id, modifiedNs: row.modifiedNs)
    }

    // MARK: - Names

    private static func yearName(_ year: Int64) -> [UInt8] { padded(year, 4) }

    private static func dayName(_ day: Int64) -> [UInt8] {
        let dash = [UInt8(ascii: "-")]
        return padded(day / daysPerYear, 4) + dash + padded(day / 100 % 100, 2) + dash + padded(day % 100, 2)
    }

    private static func padded(_ number: Int64, _ width: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
    }

    /// Up to eight digits as a number.
    private static func digits(_ name: [UInt8]) -> Int64? {
        guard (1...8).contains(name.count), name.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return name.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
}
