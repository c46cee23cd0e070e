import CCrypto

/// SHA-256 by libcrypto. One context belongs to one thread.
///
/// libcrypto can fail, for want of memory if for nothing else. A digest of a file is an error then; names and keys of what is in
/// memory are made without it (`PlainSHA256`), since they must be the same every time.
package final class SHA256 {
    /// Bytes of a digest.
    package static let length = 32

    private let context: OpaquePointer?
    /// Set by the first call that fails; nothing that was added before counts any more.
    private var hasFailed = false

    package init() {
        context = EVP_MD_CTX_new()
        // Looked up once here: with EVP_sha256() libcrypto 3 looks the algorithm up at every start, which costs more than
        // the digest of a UID.
        let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
        if context == nil || algorithm == nil || EVP_DigestInit_ex(context, algorithm, nil) != 1 { hasFailed = true }
        EVP_MD_free(algorithm)
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard !hasFailed, let start = bytes.baseAddress else { return }
        if EVP_DigestUpdate(context, start, bytes.count) != 1 { hasFailed = true }
    }

    /// The digest's 32 bytes; the context starts anew.
    package func finish() throws(ArchiveError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.length)
        guard digest.withUnsafeMutableBytes({ finish(into: $0) }) else { throw ArchiveError(.system, "SHA-256 cannot be computed (libcrypto)") }
        return digest
    }

    private func finish(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard !hasFailed else { return false }
        var length: UInt32 = 0
        let isDone = EVP_DigestFinal_ex(context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &length) == 1 && length == Self.length
        if !isDone || EVP_DigestInit_ex(context, nil, nil) != 1 { hasFailed = true }
        return isDone
    }

    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        var count: UInt32 = 0
        let isDone = bytes.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &digest, &count, EVP_sha256(), nil) } == 1
        return isDone && count == length ? digest : PlainSHA256.digest(bytes)
    }

    /// First 8 bytes of the digest as a number, for short indexes.
    func key(_ bytes: [UInt8]) -> Int64 {
        bytes.withUnsafeBytes(update)
        return withUnsafeTemporaryAllocation(byteCount: Self.length, alignment: 8) { buffer in
            guard finish(into: UnsafeMutableRawBufferPointer(buffer)) else { return Self.key(ofDigest: PlainSHA256.digest(bytes)) }
            return Int64(bigEndian: buffer.loadUnaligned(as: Int64.self))
        }
    }

    private static func key(ofDigest digest: [UInt8]) -> Int64 { digest.prefix(8).reduce(0) { $0 << 8 | Int64($1) } }

    /// The digest in RFC 4648 base32, lower case, without padding: 52 characters.
    static func base32(of bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var out: [UInt8] = []
        out.reserveCapacity(52)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in digest(bytes) {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[Int(buffer >> bits & 31)])
            }
        }
        if bits > 0 { out.append(alphabet[Int(buffer << (5 - bits) & 31)]) }
        return out
    }
}
