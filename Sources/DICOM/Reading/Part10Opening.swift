/// The steps from bytes to a `Part10File`: what kind of file it is, its meta information, its encoding, its data set.
struct Part10Opening {
    let leniency: Leniency
    private var store: ByteStore
    private var window: ByteStore.Segment
    private var position = 0
    private(set) var meta: DataSet
    private(set) var dataSet: DataSet
    private(set) var transferSyntax = TransferSyntax.explicitLittle
    private(set) var transferSyntaxUID: [UInt8] = []
    private(set) var forgiven: [Forgiveness] = []
    private(set) var damage: DICOMError?
    private(set) var pixelRecord = -1
    private(set) var isInflated = false

    /// Bytes that are read at once: most headers fit.
    private static let firstWindow = 1 << 16
    private static let prefixOffset = 128

    init(_ provider: any ByteProvider, leniency: Leniency) throws(DICOMError) {
        self.leniency = leniency
        store = ByteStore(provider)
        window = try store.load(at: 0, count: Self.firstWindow)
        let nothing = HeaderStorage(bytes: store, records: [], fragments: [:])
        meta = DataSet(root: nothing, isImplicit: false, isLittleEndian: true, offset: 0)
        dataSet = meta
        try findStart()
    }

    /// Preamble and `DICM`, `DICM` alone, or a data set right away (PS3.10 section 7.1; ACR-NEMA and early DICOM have no preamble).
    private mutating func findStart() throws(DICOMError) {
        let probe = EncodingProbe(window)
        if probe.isPrefix(at: Self.prefixOffset), probe.startsElements(at: Self.prefixOffset + 4) {
            position = Self.prefixOffset + 4
        } else if probe.isPrefix(at: 0), probe.startsElements(at: 4) {
            position = 4
            forgive(.noPreamble, at: 0)
        } else if probe.startsBareDataSet(at: 0) {
            forgive(.noPreamble, at: 0)
        } else if probe.isPrefix(at: Self.prefixOffset) {
            throw DICOMError(.malformed, at: Self.prefixOffset + 4, "no data element follows the prefix DICM")
        } else {
            throw DICOMError(.notDICOM, "neither a DICOM file nor a data set")
        }
    }

    private mutating func forgive(_ code: Forgiveness.Code, at offset: Int) {
        forgiven.append(Forgiveness(code: code, offset: offset))
    }

    /// Group 0002, Explicit VR Little Endian by the standard, whatever it is here.
    mutating func readMeta() throws(DICOMError) {
        let probe = EncodingProbe(window)
        guard let group = probe.group(at: position), group.value == 2 else { return forgive(.noMeta, at: position) }
        let isImplicit = !probe.isExplicit(at: position)
        if isImplicit || group.isBigEndian { forgive(.metaEncoding, at: position) }
        var reader = ElementReader(
            store, window: window, from: position, isImplicit: isImplicit, isBigEndian: group.isBigEndian, isMeta: true, leniency: leniency)
        try reader.run()
        let start = position
        position = reader.position
        meta = DataSet(
            root: HeaderStorage(bytes: store, records: reader.records, fragments: reader.fragments), isImplicit: isImplicit,
            isLittleEndian: !group.isBigEndian, offset: start)
        forgiven += reader.forgiven
        damage = reader.damage
        transferSyntaxUID = uid(meta.element(.transferSyntaxUID)).withUnsafeBytes { TextTrimming.trimmed($0) }
    }

    /// A UID has 64 characters; more than a few times that is none, and is not kept.
    private func uid(_ element: DataElement?) -> [UInt8] {
        guard let element else { return [] }
        return (try? element.withPrefix(256) { Array($0) }) ?? []
    }

    mutating func readDataSet() throws(DICOMError) {
        if position >= store.size || damage != nil { return try nothingAfterMeta() }
        let named = TransferSyntax.named(transferSyntaxUID)
        if let named, named.encoding == .deflated { return try readDeflated(named) }
        if transferSyntaxUID.isEmpty {
            if !meta.isEmpty { forgive(.noTransferSyntax, at: position) }
        } else if named == nil {
            forgive(.unknownTransferSyntax, at: position)
        }
        let declared = named?.encoding ?? .explicitLittle
        let found = try probeWindow().encoding(at: 0, declared: named?.encoding)
        if named != nil, found != declared { forgive(.wrongTransferSyntax, at: position) }
        transferSyntax = named ?? TransferSyntax.unnamed(String(decoding: transferSyntaxUID, as: UTF8.self), found)
        if named == nil, transferSyntaxUID.isEmpty { transferSyntax = Self.guessed(found) }
        try run(found)
    }

    /// What stands for a file that names no transfer syntax.
    private static func guessed(_ encoding: TransferSyntax.Encoding) -> TransferSyntax {
        switch encoding {
        case .implicitLittle: .implicitLittle
        case .explicitBig: .explicitBig
        case .explicitLittle, .deflated: .explicitLittle
        }
    }

    private mutating func probeWindow() throws(DICOMError) -> EncodingProbe {
        if position < window.start || position &+ 256 > window.end, window.end < store.size {
            window = try store.load(at: position, count: Self.firstWindow)
        }
        return EncodingProbe(window, from: position)
    }

    private mutating func run(_ encoding: TransferSyntax.Encoding) throws(DICOMError) {
        let isImplicit = encoding == .implicitLittle
        let isBigEndian = encoding == .explicitBig
        var reader = ElementReader(
            store, window: window, from: position, isImplicit: isImplicit, isBigEndian: isBigEndian, leniency: leniency)
        try reader.run()
        let storage = HeaderStorage(bytes: store, records: reader.records, fragments: reader.fragments)
        dataSet = DataSet(root: storage, isImplicit: isImplicit, isLittleEndian: !isBigEndian, offset: position)
        pixelRecord = reader.pixelRecord
        forgiven += reader.forgiven
        if storage.rootIndex.outOfOrder >= 0 { forgive(.outOfOrder, at: reader.records[storage.rootIndex.outOfOrder].offset) }
        if storage.rootIndex.duplicate >= 0 { forgive(.duplicate, at: reader.records[storage.rootIndex.duplicate].offset) }
        if damage == nil { damage = reader.damage }
        guard !reader.records.isEmpty || !meta.isEmpty else {
            throw damage ?? DICOMError(.malformed, at: position, "no data element can be read")
        }
    }

    /// A file that ends with its meta information: shown where that names the instance, else set aside.
    private mutating func nothingAfterMeta() throws(DICOMError) {
        let hasInstance = meta.contains(.mediaStorageSOPInstanceUID) && position >= store.size && damage == nil
        guard hasInstance else { throw damage ?? DICOMError(.truncated, at: store.size, "the file ends before its data set") }
        transferSyntax = TransferSyntax.named(transferSyntaxUID) ?? .explicitLittle
        damage = DICOMError(.truncated, at: store.size, "the file ends before its data set")
    }

    /// Inflates the data set and reads on in what came out; offsets count there from then on (PS3.5 Annex A.5).
    private mutating func readDeflated(_ named: TransferSyntax) throws(DICOMError) {
        transferSyntax = named
        let inflated = try DataSetInflater.inflate(store.provider, from: position, leniency: leniency)
        if inflated.hasZlibHeader { forgive(.zlibHeader, at: position) }
        damage = inflated.damage
        store = ByteStore(adopting: inflated.base, count: inflated.count)
        isInflated = true
        position = 0
        guard let first = store.segments.first, inflated.count >= 8 else {
            throw damage ?? DICOMError(.truncated, at: position, "the deflated data set is empty")
        }
        window = first
        try run(EncodingProbe(first).encoding(at: 0, declared: .explicitLittle))
    }
}
