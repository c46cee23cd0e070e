import CCrypto
import Glibc

/// SHA-256 by libcrypto. One context belongs to one thread.
///
/// Names, identities and fixity rest on these digests: where libcrypto cannot make one (no memory, a configuration without the
/// algorithm) the process ends, because any other answer would be the same for all files.
package final class SHA256 {
    private let context: OpaquePointer

    package init() {
        // Looked up once here: with EVP_sha256() libcrypto 3 looks the algorithm up at every start, which costs more than
        // the digest of a UID.
        guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { Self.fail() }
        self.context = context
        Self.check(EVP_DigestInit_ex(context, algorithm, nil))
        EVP_MD_free(algorithm)
    }

    /// libcrypto answers 1 for success.
    private static func check(_ result: CInt) {
        if result != 1 { fail() }
    }

    @inline(never)
    private static func fail() -> Never {
        let message = Array("dcmfs: libcrypto makes no SHA-256; nothing can be done without\n".utf8)
        _ = write(STDERR_FILENO, message, message.count)
        exit(1)
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        Self.check(EVP_DigestUpdate(context, start, bytes.count))
    }

    /// The digest's 32 bytes; the context starts anew.
    package func finish() -> [UInt8] {
        let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            Self.check(EVP_DigestFinal_ex(context, buffer.baseAddress, &length))
            count = Int(length)
        }
        Self.check(EVP_DigestInit_ex(context, nil, nil))
        return digest
    }

    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            bytes.withUnsafeBytes { check(EVP_Digest($0.baseAddress, $0.count, buffer.baseAddress, &length, EVP_sha256(), nil)) }
            count = Int(length)
        }
    }

    /// First 8 bytes of the digest as a number, for short indexes.
    func key(_ bytes: [UInt8]) -> Int64 {
        bytes.withUnsafeBytes(update)
        return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
            Self.check(EVP_DigestFinal_ex(context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil))
            Self.check(EVP_DigestInit_ex(context, nil, nil))
            return Int64(bigEndian: buffer.loadUnaligned(as: Int64.self))
        }
    }

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
