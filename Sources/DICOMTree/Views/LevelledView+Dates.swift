import DICOMArchive

extension LevelledView {
    /// `/dates/<YYYY>/<YYYY-MM-DD>/<study>/<series>/`, by Study Date; `0000/0000-00-00` holds what has none.
    ///
    /// Years and days are their own numbers: they need no names in the index, only a time for each day.
    static let dates = LevelledView("dates", number: 4, levels: [.years, .days, .studiesOfDay])
}

extension ViewLevel {
    fileprivate static let years = ViewLevel(
        directory: { (source, place) throws(ArchiveError) in
            try year(place.row, source).map { ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs) }
        },
        child: { (source, name, _) throws(ArchiveError) in
            guard let number = CalendarName.digits(name), CalendarName.year(number) == name else { return nil }
            return try year(number, source)
        },
        children: { (source, _, order, limit) throws(ArchiveError) in try years(after: order, limit: limit, source) })

    fileprivate static let days = ViewLevel(
        directory: { (source, place) throws(ArchiveError) in
            guard place.row >= 0, let row = try source.viewFolder(id: place.row) else { return nil }
            return ViewDirectory(parent: ViewPlace(level: place.level - 1, row: row.id / daysPerYear), modifiedNs: row.modifiedNs)
        },
        child: { (source, name, year) throws(ArchiveError) in
            guard let number = CalendarName.digits(name.filter { $0 != UInt8(ascii: "-") }), CalendarName.day(number) == name,
                number / daysPerYear == year.row
            else { return nil }
            return try source.viewFolder(id: number).map { day($0, in: year) }
        },
        children: { (source, year, order, limit) throws(ArchiveError) in
            let start = year.row * daysPerYear
            let rows = try source.viewFolders(after: max(start, order) - 1, below: start + daysPerYear, limit: limit)
            return rows.map { day($0, in: year) }
        })

    fileprivate static let studiesOfDay = ViewLevel(
        row: { (source, id) throws(ArchiveError) in try source.study(id: id) },
        parent: { (study: StudyRow) in study.day },
        named: { (source, name, day) throws(ArchiveError) in
            guard let row = try source.study(viewNamed: name), row.day == day else { return nil }
            return row
        },
        page: { (source, day, last, limit) throws(ArchiveError) in try source.studies(ofDay: day, after: last, limit: limit) },
        name: { $0.viewName })

    // MARK: - Years and days

    private static var daysPerYear: Int64 { CalendarName.daysPerYear }
    private static var allYears: Range<Int64> { 0..<10_000 }

    /// The order of a year is its number plus one: orders are positive.
    private static func years(after order: Int64, limit: Int, _ source: any TreeSource) throws(ArchiveError) -> [ViewEntry] {
        var entries: [ViewEntry] = []
        var from = order
        while entries.count < limit, allYears.contains(from) {
            let end = allYears.upperBound * daysPerYear
            guard let next = try source.viewFolders(after: from * daysPerYear - 1, below: end, limit: 1).first else { break }
            let number = next.id / daysPerYear
            if let year = try year(number, source) { entries.append(year) }
            from = number + 1
        }
        return entries
    }

    /// A year with the newest change of its days, of which there are 366 at most.
    private static func year(_ number: Int64, _ source: any TreeSource) throws(ArchiveError) -> ViewEntry? {
        guard allYears.contains(number) else { return nil }
        let start = number * daysPerYear
        let days = try source.viewFolders(after: start - 1, below: start + daysPerYear, limit: Int(daysPerYear))
        guard let newest = days.map(\.modifiedNs).max() else { return nil }
        let item = ViewEntry.Item.directory(ViewPlace(level: 1, row: number))
        return ViewEntry(name: CalendarName.year(number), item: item, order: number + 1, modifiedNs: newest)
    }

    private static func day(_ row: ViewFolderRow, in year: ViewPlace) -> ViewEntry {
        let item = ViewEntry.Item.directory(ViewPlace(level: year.level + 1, row: row.id))
        return ViewEntry(name: CalendarName.day(row.id), item: item, order: row.id + 1, modifiedNs: row.modifiedNs)
    }
}
