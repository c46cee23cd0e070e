import DICOMArchive

/// The directories of a view that is put together in memory, down to those of series.
///
/// Everything is numbers in a few arrays: an archive of ten million instances has 400,000 series, and an array or a dictionary
/// for each of their directories takes ten times the bytes.
struct ViewForest: Sendable {
    fileprivate struct Node: Sendable {
        /// The number of the directory that it stands in; -1 for the view's own folder.
        let parent: Int32
        /// 0 for a series.
        let level: Int32
        /// Of the series, or of the first one below.
        let row: Int64
        var modifiedNs: Int64
    }
    /// Directories and series by number, each behind the directory that it stands in.
    private let nodes: [Node]
    /// Of the nodes at the same places; a folder is the number of a directory plus 1.
    private let names: NameSet
    /// Numbers of nodes by the directory they stand in, in the order of rows.
    private let children: [Int32]
    /// Where those of each directory begin, that of the view's folder first.
    private let starts: [Int32]
    /// Numbers of nodes in the order of rows: of series, then of directories by level.
    private let levels: [[Int32]]

    fileprivate init(_ nodes: [Node], _ names: NameSet) {
        self.nodes = nodes
        self.names = names
        var starts = [Int32](repeating: 0, count: nodes.count + 2)
        for node in nodes { starts[Int(node.parent) + 2] += 1 }
        for place in 1..<starts.count { starts[place] += starts[place - 1] }
        var next = starts
        var children = [Int32](repeating: 0, count: nodes.count)
        var levels: [[Int32]] = [[]]
        for (number, node) in nodes.enumerated() {
            let folder = Int(node.parent) + 1
            children[Int(next[folder])] = Int32(truncatingIfNeeded: number)
            next[folder] += 1
            while levels.count <= Int(node.level) { levels.append([]) }
            levels[Int(node.level)].append(Int32(truncatingIfNeeded: number))
        }
        self.children = children
        self.starts = starts
        self.levels = levels
    }

    func directory(at place: ViewPlace) -> ViewDirectory? {
        guard place.level > 0, let number = number(place.level, place.row) else { return nil }
        return ViewDirectory(parent: self.place(ofDirectory: nodes[number].parent), modifiedNs: nodes[number].modifiedNs)
    }

    func child(named name: [UInt8], of place: ViewPlace) -> ViewEntry? {
        guard let folder = folder(at: place), let number = names.place(of: name, in: Int32(truncatingIfNeeded: folder)), names[number] == name else { return nil }
        return entry(number)
    }

    func children(of place: ViewPlace, after order: Int64, limit: Int) -> [ViewEntry] {
        guard let folder = folder(at: place) else { return [] }
        let all = children[Int(starts[folder])..<Int(starts[folder + 1])]
        return all[firstPlace(in: all, above: order)...].prefix(limit).map { entry(Int($0)) }
    }

    func place(ofSeries id: Int64) -> ViewPlace? { number(0, id).map { place(ofDirectory: nodes[$0].parent) } }

    // MARK: - Numbers

    private func entry(_ number: Int) -> ViewEntry {
        let node = nodes[number]
        if node.level == 0 { return ViewEntry(name: names[number], item: .series(node.row), order: node.row, modifiedNs: node.modifiedNs) }
        return ViewEntry(names[number], level: Int(node.level), row: node.row, modifiedNs: node.modifiedNs)
    }

    private func place(ofDirectory number: Int32) -> ViewPlace {
        number < 0 ? .top : ViewPlace(level: Int(nodes[Int(number)].level), row: nodes[Int(number)].row)
    }

    private func folder(at place: ViewPlace) -> Int? {
        if place == .top { return 0 }
        return place.level == 0 ? nil : number(place.level, place.row).map { $0 + 1 }
    }

    private func number(_ level: Int, _ row: Int64) -> Int? {
        guard row > .min, level < levels.count else { return nil }
        let all = levels[level]
        let place = firstPlace(in: all[...], above: row - 1)
        guard place < all.endIndex, nodes[Int(all[place])].row == row else { return nil }
        return Int(all[place])
    }

    private func firstPlace(in numbers: ArraySlice<Int32>, above row: Int64) -> Int {
        numbers.partitioningIndex { nodes[Int($0)].row > row }
    }
}

extension ViewForest {
    /// Takes series in the order of their ids.
    struct Builder {
        private var nodes: [Node] = []
        private var names = NameSet()

        var forest: ViewForest { ViewForest(nodes, names) }

        /// - Parameter path: names of the directories that lead to the series, its own last. Whoever came first keeps the bare
        ///   name.
        mutating func add(_ series: borrowing SeriesAttributes, _ path: [[UInt8]]) throws(ArchiveError) {
            let (id, modifiedNs) = (series.id, series.modifiedNs)
            guard let last = path.last, nodes.count + path.count < Int32.max else {
                throw ArchiveError(.database, "more series than a view can show")
            }
            var parent: Int32 = -1
            for (depth, name) in path.dropLast().enumerated() { parent = try enter(name, parent, Int32(depth + 1), id, modifiedNs) }
            try names.add(last, in: parent + 1, identity: series.identity)
            nodes.append(Node(parent: parent, level: 0, row: id, modifiedNs: modifiedNs))
        }

        /// The directory of a name, made when it is new. Names that differ in case only are one directory.
        private mutating func enter(
            _ name: [UInt8], _ parent: Int32, _ level: Int32, _ row: Int64, _ modifiedNs: Int64
        ) throws(ArchiveError) -> Int32 {
            if let known = names.place(of: name, in: parent + 1) {
                nodes[known].modifiedNs = max(nodes[known].modifiedNs, modifiedNs)
                return Int32(truncatingIfNeeded: known)
            }
            try names.add(name, in: parent + 1, identity: name)
            nodes.append(Node(parent: parent, level: level, row: row, modifiedNs: modifiedNs))
            return Int32(truncatingIfNeeded: nodes.count - 1)
        }
    }
}
