import DICOMArchive

/// Which files come after one, and how they are made before anybody asks.
extension VirtualTree {
    func noteOpening(_ id: NodeID, _ row: InstanceRow) throws(TreeError) {
        guard let kind = id.kind else { return }
        let isFrame = kind == .framePNG || kind == .frameJPEG
        let stream = ReadAhead.Stream(kind: kind, settings: id.settings, row: isFrame ? row.id : row.seriesID)
        try readAhead.opened(id, in: stream, together: kind == .headerText && row.hasShortText ? Self.textsTogether : 1) { (id, byName, limit) throws(TreeError) in
            isFrame ? frames(after: id, of: row, limit: limit) : try files(after: id, row, byName: byName, limit: limit)
        } make: { [weak self] ids in
            self?.makeAhead(ids)
        }
    }

    private func frames(after id: NodeID, of row: InstanceRow, limit: Int) -> [NodeID] {
        guard let kind = id.kind, let count = FramesDirectory.frameCount(of: row) else { return [] }
        let next = id.detail + 1
        return (next..<max(next, min(count, next + limit))).compactMap { NodeID(kind, row: id.row, detail: $0, settings: id.settings) }
    }

    private func files(after id: NodeID, _ row: InstanceRow, byName: Bool, limit: Int) throws(TreeError) -> [NodeID] {
        guard let kind = id.kind else { return [] }
        let rows = try asking { () throws(ArchiveError) in
            byName
                ? try index.source.instances(of: row.seriesID, afterStem: row.stem, limit: limit)
                : try index.source.instances(of: row.seriesID, after: row.id, limit: limit)
        }
        return rows.compactMap { NodeID(kind, row: $0.id, detail: $0.version(of: kind), settings: id.settings) }
    }

    /// Short texts cost less than to ask for them: a request makes so many.
    private static let textsTogether = 8

    /// Whoever opens a file later learns what went wrong: from the memory of failures, or by trying again.
    private func makeAhead(_ ids: [NodeID]) {
        var texts: [Production.Order] = []
        let found: [LocatedInstance?]
        do throws(TreeError) { found = try located(ids) } catch { return }
        for (id, instance) in zip(ids, found) {
            guard let instance else { continue }
            do throws(TreeError) {
                guard try !isMade(id, instance.row), case .produced(let order) = try content(of: id, instance) else { continue }
                if ids.count > 1, order.work.headerFormat != nil, order.size != nil, instance.row.hasShortText {
                    texts.append(order)
                } else {
                    _ = try production.bytes(order)
                }
            } catch {
                continue
            }
        }
        if !texts.isEmpty { production.makeAhead(texts) }
    }
}

extension InstanceRow {
    fileprivate var hasShortText: Bool { headerTextLength <= 16 << 10 }
}
