import DICOMArchive

/// Makes bytes, once for all who want them at the same time, and keeps them.
final class Production: Sendable {
    /// What it takes to make the bytes of one file again and again, identical.
    struct Order: Sendable {
        let key: RenditionKey
        /// Bytes that were promised; nil where nothing was.
        let size: Int?
        let source: SourceFile
        let make: RenditionMaker
        let log: @Sendable (String) -> Void
    }

    let memory = ProductionMemory()
    private let producer: any Producer
    private let cache: RenditionCache
    private let flights = SingleFlight<RenditionKey, [UInt8], TreeError>()

    init(producer: any Producer, options: TreeOptions) {
        self.producer = producer
        cache = RenditionCache(budget: options.cacheBytes)
    }

    /// Bytes in memory; throws what is known to fail.
    func kept(_ key: RenditionKey) throws(TreeError) -> [UInt8]? {
        if let bytes = cache.bytes(for: key) { return bytes }
        if let failure = memory.failure(of: key) { throw TreeError(.production, failure) }
        return nil
    }

    /// Waits until the bytes are made.
    func bytes(_ order: Order) throws(TreeError) -> [UInt8] {
        try flights.run(order.key) { () throws(TreeError) in
            if let bytes = try kept(order.key) { return bytes }
            let bytes = try make(order)
            cache.insert(bytes, for: order.key)
            return bytes
        }
    }

    private func make(_ order: Order) throws(TreeError) -> [UInt8] {
        do throws(ProductionError) {
            let bytes = try order.make(producer, order.source.descriptor)
            guard order.size.map({ $0 == bytes.count }) ?? true else {
                // Never a short or long file: whoever asked for the size was promised another one.
                throw ProductionError(isDeterministic: true, "\(bytes.count) bytes made instead of \(order.size ?? 0)")
            }
            if order.size == nil { memory.remember(length: bytes.count, of: order.key) }
            return bytes
        } catch {
            if error.isDeterministic { memory.remember(failure: error.description, of: order.key) }
            order.log("instance \(order.key.node.row): \(error.description)")
            throw TreeError(.production, error.description)
        }
    }
}
