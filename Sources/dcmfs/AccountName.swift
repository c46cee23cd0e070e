import Glibc

/// Users and groups by number or by name.
enum AccountName {
    static func user(_ text: String) -> UInt32? {
        if let number = UInt32(text) { return number }
        var (entry, found) = (passwd(), UnsafeMutablePointer<passwd>?.none)
        return withBuffer { getpwnam_r(text, &entry, $0, $1, &found) == 0 && found != nil } ? entry.pw_uid : nil
    }

    static func group(_ text: String) -> UInt32? {
        if let number = UInt32(text) { return number }
        var (entry, found) = (Glibc.group(), UnsafeMutablePointer<Glibc.group>?.none)
        return withBuffer { getgrnam_r(text, &entry, $0, $1, &found) == 0 && found != nil } ? entry.gr_gid : nil
    }

    /// Groups of directory services have thousands of members, whose names all must fit.
    private static func withBuffer(_ body: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 20) { buffer in buffer.baseAddress.map { body($0, buffer.count) } ?? false }
    }
}
