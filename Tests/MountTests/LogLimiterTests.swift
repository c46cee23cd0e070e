import FUSE
import Testing

struct LogLimiterTests {
    @Test func `a repeated line is written once a minute, with a count`() {
        var limiter = LogLimiter()
        #expect(limiter.admit("a", now: 0) == ["a"])
        for _ in 0..<9 { #expect(limiter.admit("a", now: 1) == []) }
        #expect(limiter.admit("b", now: 2) == ["b"])
        #expect(limiter.admit("a", now: 60) == ["a (9 more times)", "a"])
        #expect(limiter.startWindow(120) == [])
    }

    @Test func `of different lines at most sixty a minute are written, and the rest counted`() {
        var limiter = LogLimiter()
        let written = (0..<1000).flatMap { limiter.admit("line \($0)", now: 5) }
        #expect(written.count == 60)
        #expect(limiter.admit("later", now: 65) == ["940 more messages in the last minute were left out", "later"])
    }

    @Test func `control characters of a file cannot forge a line`() {
        var limiter = LogLimiter()
        #expect(limiter.admit("a\nb\u{1B}[2J\u{9B}c\u{7F}é", now: 0) == ["a\\x0ab\\x1b[2J\\x9bc\\x7fé"])
        #expect(limiter.admit(String(repeating: "x", count: 5000), now: 0).first?.count == 1000)
    }
}

struct FUSEInstallationTests {
    @Test(arguments: [
        ("user_allow_other\n", true), ("# comment\n  user_allow_other  # yes\n", true), ("#user_allow_other\n", false), ("", false),
        ("mount_max = 10\nuser_allow_others\n", false),
    ])
    func `fuse.conf is read as fusermount3 reads it`(text: String, allows: Bool) {
        #expect(FUSEInstallation.allowsOther(text) == allows)
    }

    @Test func `a device that is not there is told`() {
        #expect(FUSEInstallation.deviceProblem("/nonexistent") == 2)
        #expect(FUSEInstallation.libraryVersion.hasPrefix("3."))
    }
}
