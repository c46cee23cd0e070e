import Glibc

/// Values, decoded when asked for.
extension DataElement {
    /// Largest value that is copied as a whole (256 MiB); larger ones are read in parts (`withPrefix`, `Part10File.read`).
    package static var copyLimit: Int { 256 << 20 }

    /// Calls `body` with the raw bytes of the value, fetched now where they were not read with the header.
    ///
    /// Sequences and fragments deliver their encoded bytes.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) throws(DICOMError) -> R {
        try withPrefix(Self.copyLimit, body)
    }

    /// The same with at most `count` bytes.
    package func withPrefix<R>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> R) throws(DICOMError) -> R {
        let record = record
        return try dataSet.storage.bytes.withBytes(record.valueOffset, max(0, min(record.length, count)), body)
    }

    /// A copy of the raw bytes; nil where they cannot be read.
    package var rawBytes: [UInt8]? {
        do throws(DICOMError) { return try withBytes { Array($0) } } catch { return nil }
    }

    /// Numbers of a binary VR, or of IS and DS, as Double. Bytes that make no whole number are left out, texts that are no
    /// numbers too.
    package var doubles: [Double] { values { $0.doubles($1, $2) } }

    /// The same as integers; DS and FL/FD values are rounded towards zero, what does not fit is left out.
    package var ints: [Int] { values { $0.ints($1, $2) } }

    /// First number.
    package var int: Int? { first { $0.firstInt($1, $2) } }
    package var double: Double? { first { $0.firstDouble($1, $2) } }

    private func first<T>(_ decode: (NumberDecoder.Type, UnsafeRawBufferPointer, NumberDecoder.Kind) -> T?) -> T? {
        let kind = NumberDecoder.Kind(vr: vr, isBigEndian: record.flags.contains(.bigEndian) && originalVR != .UN)
        do throws(DICOMError) { return try withPrefix(kind.isText ? 256 : 8) { decode(NumberDecoder.self, $0, kind) } } catch { return nil }
    }

    private func values<T>(_ decode: (NumberDecoder.Type, UnsafeRawBufferPointer, NumberDecoder.Kind) -> [T]) -> [T] {
        let kind = NumberDecoder.Kind(vr: vr, isBigEndian: record.flags.contains(.bigEndian) && originalVR != .UN)
        do throws(DICOMError) { return try withPrefix(Self.copyLimit) { decode(NumberDecoder.self, $0, kind) } } catch { return [] }
    }

    /// The whole value as UTF-8 text without padding, by the character set in force; nil where it cannot be read.
    /// Undecodable bytes are U+FFFD.
    package var text: [UInt8]? { decoded { $0.decode($1, vr: $2, into: &$3) } }

    /// The same with undecodable bytes kept as they are: for keys, which must stay different.
    package var key: [UInt8]? { decoded { $0.decodeKey($1, vr: $2, into: &$3) } }

    private func decoded(
        _ decode: (SpecificCharacterSet, UnsafeRawBufferPointer, VR, inout [UInt8]) -> Bool
    ) -> [UInt8]? {
        let vr = vr
        do throws(DICOMError) {
            return try withBytes { bytes in
                let trimmed = TextTrimming.range(bytes)
                if vr.usesCharacterSet, !isPlainASCII(trimmed) {
                    let set = dataSet.characterSet
                    var output: [UInt8] = []
                    output.reserveCapacity(trimmed.count * 2)
                    _ = decode(set, UnsafeRawBufferPointer(rebasing: trimmed), vr, &output)
                    return output.withUnsafeBytes { TextTrimming.trimmed($0) }
                }
                return Array(trimmed)
            }
        } catch {
            return nil
        }
    }

    /// No escape sequence and no byte above 7F: the same text in nearly every character set.
    private func isPlainASCII(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        for byte in bytes where byte >= 0x7F || byte == 0x1B || byte == 0x5C || byte == 0x7E { return false }
        return true
    }
}

extension DataSet {
    /// The first of the values (up to a backslash) of a text, decoded and trimmed; nil where there is no such element or no value.
    package func string(_ tag: Tag) -> String? {
        guard let element = element(tag), let text = element.text else { return nil }
        guard !element.vr.isSingleText, let end = text.firstIndex(of: 0x5C) else {
            return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
        }
        let first = text[..<end].withUnsafeBytes { TextTrimming.trimmed($0) }
        return first.isEmpty ? nil : String(decoding: first, as: UTF8.self)
    }

    /// All values of a text, decoded and trimmed.
    package func strings(_ tag: Tag) -> [String] {
        guard let element = element(tag), let text = element.text, !text.isEmpty else { return [] }
        if element.vr.isSingleText { return [String(decoding: text, as: UTF8.self)] }
        return text.split(separator: 0x5C, omittingEmptySubsequences: false).map { part in
            String(decoding: part.withUnsafeBytes { TextTrimming.trimmed($0) }, as: UTF8.self)
        }
    }

    /// The whole value as UTF-8, trimmed; nil where there is no such element.
    package func text(_ tag: Tag) -> [UInt8]? { element(tag)?.text }
    /// The same with undecodable bytes kept as they are.
    package func key(_ tag: Tag) -> [UInt8]? { element(tag)?.key }
    package func rawBytes(_ tag: Tag) -> [UInt8]? { element(tag)?.rawBytes }
    package func int(_ tag: Tag) -> Int? { element(tag)?.int }
    package func ints(_ tag: Tag) -> [Int] { element(tag)?.ints ?? [] }
    package func double(_ tag: Tag) -> Double? { element(tag)?.double }
    package func doubles(_ tag: Tag) -> [Double] { element(tag)?.doubles ?? [] }
    package func items(_ tag: Tag) -> [DataSet] { element(tag)?.items ?? [] }
    package func item(_ tag: Tag, _ number: Int) -> DataSet? { element(tag)?.item(number) }
}
