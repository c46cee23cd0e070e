package import DICOM

/// The first message of a worker: it is in its sandbox and waits for requests.
package struct ReadyMessage: Hashable, Sendable {
    package var version: UInt32
    /// Landlock ABI in force, 0 where the kernel has none.
    package var landlock: UInt32
    /// Whether the allow-list of system calls is in force.
    package var hasSystemCallFilter: Bool
    /// Address space of the idle worker, in bytes.
    package var idleAddressSpace: Int

    /// Whether it is a build for a sanitizer, which needs more address space than any limit allows.
    package var isSanitized: Bool

    package init(
        version: UInt32 = WorkerChannel.version, landlock: UInt32, hasSystemCallFilter: Bool, idleAddressSpace: Int, isSanitized: Bool = false
    ) {
        self.version = version
        self.landlock = landlock
        self.hasSystemCallFilter = hasSystemCallFilter
        self.idleAddressSpace = idleAddressSpace
        self.isSanitized = isSanitized
    }

    private static let mark: UInt32 = 0x6D63_6477  // "wdcm"

    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.put(Self.mark)
        writer.put(version)
        writer.put(landlock)
        writer.put(hasSystemCallFilter)
        writer.put(idleAddressSpace)
        writer.put(isSanitized)
        return writer.bytes
    }

    /// Throws when the message is none or of another version (whose further fields may differ).
    package init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        guard try reader.uint32() == Self.mark else { throw WireError("not a dcmfs worker") }
        version = try reader.uint32()
        guard version == WorkerChannel.version else {
            throw WireError("worker speaks protocol \(version), this dcmfs needs \(WorkerChannel.version): reinstall both together")
        }
        landlock = try reader.uint32()
        hasSystemCallFilter = try reader.bool()
        idleAddressSpace = try reader.int()
        isSanitized = try reader.bool()
        try reader.end()
    }
}

/// The head of a reply. The result itself is in the shared memory or follows in pieces on the socket.
package struct ReplyHead: Hashable, Sendable {
    package enum Status: UInt8, Sendable {
        case done = 0
        /// The result is a `DICOMError`: the file cannot be served, the worker is well.
        case documentError = 1
        /// The result is one line of text: the request made no sense to the worker.
        case refused = 2
    }
    package enum Place: UInt8, Sendable {
        case memory = 0
        case stream = 1
    }

    package var id: UInt32
    package var status: Status
    package var place: Place
    package var length: Int

    package init(id: UInt32, status: Status, place: Place, length: Int) {
        self.id = id
        self.status = status
        self.place = place
        self.length = length
    }

    package func encoded() -> [UInt8] {
        var writer = WireWriter(reserving: 16)
        writer.put(id)
        writer.put(status.rawValue)
        writer.put(place.rawValue)
        writer.put(length)
        return writer.bytes
    }

    /// - Parameter maximumLength: the longest result the caller takes.
    package init(_ bytes: [UInt8], maximumLength: Int) throws(WireError) {
        var reader = WireReader(bytes)
        id = try reader.uint32()
        guard let status = Status(rawValue: try reader.uint8()) else { throw WireError("unknown status") }
        guard let place = Place(rawValue: try reader.uint8()) else { throw WireError("unknown place") }
        self.status = status
        self.place = place
        length = try reader.int()
        // An error may be longer than the few bytes that a caller expects of a result, but has a bound of its own.
        let bound = status == .done ? maximumLength : WorkerChannel.maximumMessage
        guard length >= 0, length <= bound else { throw WireError("result of \(length) bytes where \(bound) are the most") }
        guard place == .stream || length <= WorkerChannel.resultCapacity else { throw WireError("result beyond the shared memory") }
        try reader.end()
    }
}

extension DICOMError {
    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.put(self)
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8]) throws(WireError) -> DICOMError {
        var reader = WireReader(bytes)
        let error = try reader.dicomError()
        try reader.end()
        return error
    }
}
