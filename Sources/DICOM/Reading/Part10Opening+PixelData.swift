extension Part10Opening {
    /// Where the pixel data lie. In a transfer syntax with fragments they are fragments whatever their length field says (PS3.5 A.4):
    /// writers give them a length.
    func pixelLocation() throws(DICOMError) -> PixelDataLocation? {
        guard pixelRecord >= 0 else { return nil }
        let location = PixelDataLocation(DataElement(dataSet: dataSet, index: pixelRecord))
        guard location.fragments == nil, transferSyntax.isEncapsulated, location.tag == .pixelData, location.available >= 8 else { return location }
        guard let fragments = try fragments(from: location.offset, end: location.offset + location.available) else { return location }
        return PixelDataLocation(location, fragments: fragments)
    }

    /// The items from an offset on; nil where none stands there. One that is longer than what holds it is cut.
    private func fragments(from start: Int, end: Int) throws(DICOMError) -> FragmentSequence? {
        var found = FragmentSequence(offset: start, end: start, offsetTableLength: -1, fragmentCount: 0, byteCount: 0, isDelimited: false)
        var scanner = ItemScanner(dataSet.storage.bytes, isBigEndian: false)
        while found.end &+ 8 <= end, found.fragmentCount < leniency.fragmentLimit, let item = try scanner.item(at: found.end) {
            if item.tag == ElementRecord.sequenceDelimiter { found.isDelimited = true }
            guard item.tag == ElementRecord.itemTag, item.length != .max else { break }
            let there = min(Int(item.length), end &- found.end &- 8)
            if found.offsetTableLength < 0 {
                found.offsetTableLength = there
            } else {
                found.fragmentCount += 1
                found.byteCount += there
            }
            found.end &+= 8 &+ there
        }
        return found.offsetTableLength < 0 ? nil : found
    }
}
