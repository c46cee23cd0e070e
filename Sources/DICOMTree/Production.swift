import DICOM
import DICOMArchive

/// Makes bytes, once for all who want them at the same time, and keeps them while there is room.
final class Production: Sendable {
    /// What it takes to make the bytes of one file again and again, identical.
    struct Order: Sendable {
        let key: RenditionKey
        /// Bytes that were promised; nil where nothing was.
        let size: Int?
        let row: InstanceRow
        let source: SourceFile
        let work: RenditionWork
        let log: @Sendable (String) -> Void
    }

    let memory = ProductionMemory()
    private let undrawn: UndrawnInstances
    private let producer: any Producer
    private let cache: RenditionCache
    private let storing: PictureStoring?
    private let flights = SingleFlight<RenditionKey, [UInt8], TreeError>()

    init(producer: any Producer, options: TreeOptions, undrawn: UndrawnInstances) {
        self.producer = producer
        self.undrawn = undrawn
        cache = RenditionCache(budget: options.cacheBytes, makers: max(1, options.makers))
        storing = options.storing
    }

    /// Bytes in memory; throws what is known to fail.
    func kept(_ key: RenditionKey) throws(TreeError) -> [UInt8]? {
        if let bytes = cache.bytes(for: key) { return bytes }
        if let failure = memory.failure(of: key) { throw TreeError(.production, failure) }
        return nil
    }

    /// What is in memory of what was made.
    var heldBytes: Int { cache.usedBytes }

    /// Whether the bytes are in memory, or known to fail.
    func isMade(_ key: RenditionKey) -> Bool { cache.holds(key) || memory.failure(of: key) != nil }

    /// Waits until the bytes are made.
    func bytes(_ order: Order) throws(TreeError) -> [UInt8] {
        try flights.run(order.key) { () throws(TreeError) in
            if let bytes = try kept(order.key) { return bytes }
            return try cache.making(order.key.size, for: order.key) { () throws(TreeError) in
                if let stored = stored(order) { stored } else { try make(order) }
            }
        }
    }

    /// A text that is made from the index, and kept as pictures are.
    func report(_ key: RenditionKey, size: Int, _ make: () throws(TreeError) -> [UInt8]) throws(TreeError) -> [UInt8] {
        try flights.run(key) { () throws(TreeError) in
            if let bytes = cache.bytes(for: key) { return bytes }
            return try cache.making(size, for: key, make)
        }
    }

    func keptReport(_ key: RenditionKey) -> [UInt8]? { cache.bytes(for: key) }

    /// Makes short header texts before anybody asks, one request for all of them. Whoever asks meanwhile waits for his.
    func makeAhead(_ orders: [Order]) {
        flights.run(orders.map(\.key)) { places in
            var texts: [Int: [UInt8]] = [:]
            let missing = places.filter { !isMade(orders[$0].key) }
            guard !missing.isEmpty else { return texts }
            let wanted = missing.map { place in
                let order = orders[place]
                return HeaderTextOrder(descriptor: order.source.descriptor, format: order.work.headerFormat ?? .current, length: order.size)
            }
            for (place, text) in zip(missing, producer.headerTexts(wanted)) { texts[place] = text }
            return texts
        } finish: { (place, texts) throws(TreeError) in
            let order = orders[place]
            if let bytes = try kept(order.key) { return bytes }
            // What came out otherwise than promised is made again alone, and reported there.
            let bytes: [UInt8]
            if let text = texts[place], text.count == order.size, order.source.isUnwritten { bytes = text } else { bytes = try make(order) }
            cache.insert(bytes, for: order.key)
            return bytes
        }
    }

    private func make(_ order: Order) throws(TreeError) -> [UInt8] {
        do throws(ProductionError) {
            let (bytes, cost) = try work(order)
            guard order.source.isUnwritten else { throw ProductionError(isDeterministic: false, "the source was written to while it was read") }
            guard order.size.map({ $0 == bytes.count }) ?? true else {
                try outgrown(order, length: bytes.count)
                // Never a short or long file: whoever asked for the size was promised another one.
                throw ProductionError(isDeterministic: true, "\(bytes.count) bytes made instead of \(order.size ?? 0)")
            }
            if order.size == nil { memory.remember(length: bytes.count, of: order.key) }
            store(bytes, cost: cost, order)
            return bytes
        } catch {
            if error.isDeterministic { memory.remember(failure: error.description, of: order.key) }
            if error.isDeterministic, case .picture = order.work { undrawn.note(order.row, error.description) }
            order.log("instance:\(order.key.node.row): \(error.description)")
            throw TreeError(.production, error.description)
        }
    }

    /// The text of an older format is as it was, unless the reader has learnt to read more of a damaged file since: then its size is
    /// known from now on, and who was promised the other one is told.
    private func outgrown(_ order: Order, length: Int) throws(ProductionError) {
        guard let format = order.work.headerFormat, format != .current else { return }
        memory.remember(length: length, of: order.key)
        throw ProductionError(
            isDeterministic: false, "\(length) bytes made instead of \(order.size ?? 0), of a header that an older version described: run dcmfs index")
    }

    /// The bytes, and microseconds that they cost.
    private func work(_ order: Order) throws(ProductionError) -> ([UInt8], UInt64) {
        switch order.work {
        case .headerText(let format): return (try producer.headerText(order.source.descriptor, format, length: order.size), 0)
        case .picture(let picture):
            let made = try producer.picture(order.source.descriptor, picture)
            return (made.bytes, made.cost)
        }
    }

    // MARK: - What outlives the mount

    private func stored(_ order: Order) -> [UInt8]? {
        guard let storing, case .picture(let picture) = order.work else { return nil }
        return storing.store.picture(for: storing.key(of: picture, order), size: picture.expectedSize)
    }

    /// Not where the source was written to meanwhile: nobody knows of which bytes the picture is.
    private func store(_ bytes: [UInt8], cost: UInt64, _ order: Order) {
        guard let storing, case .picture(let picture) = order.work, cost >= storing.threshold, bytes.count == picture.expectedSize,
            order.source.isAsOpened
        else { return }
        storing.store.keep(bytes, for: storing.key(of: picture, order))
    }
}

extension PictureStoring {
    fileprivate func key(of picture: PictureOrder, _ order: Production.Order) -> PictureKey {
        PictureKey(origin: origin, row: order.row, source: order.source.identity, order: picture)
    }
}
