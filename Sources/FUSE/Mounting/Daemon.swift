import CFUSE3
import Glibc
import Locks

/// Goes into the background, yet lets the caller know how it went.
///
/// To be used after the arguments were checked and before anything that does not survive `fork` exists: threads, database
/// connections, child processes. The parent waits until the child reports, prints the error if there is one, and exits
/// with the child's code; it never returns.
package final class Daemon: Sendable {
    /// The end on which the child reports; -1 when there is nobody (any more) to report to.
    private let pipe: Mutex<CInt>
    private let isDetached = Mutex(false)
    private let limiter = Mutex(LogLimiter())
    /// Who waits to hear from a process in front.
    private let manager: ServiceManager?

    private init(pipe: CInt, manager: ServiceManager? = nil) {
        self.pipe = Mutex(pipe)
        self.manager = manager
    }

    /// A process that stays in front: of a terminal, or of a service manager, which is told when it is ready.
    package static func foreground() -> Daemon {
        Daemon(pipe: -1, manager: .takeFromEnvironment())
    }

    /// Splits the process; only the child returns. `confirm` is run by the parent when the child says it is ready, and
    /// says whether that is what the outside sees too.
    package static func start(name: String, confirm: () -> Bool) throws(MountError) -> Daemon {
        var ends: [CInt] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw MountError(.failed, "pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        switch fork() {
        case -1:
            throw MountError(.failed, "fork: \(String(cString: strerror(errno)))")
        case 0:
            closeInherited(except: ends[1])
            _ = chdir("/")
            openlog(nil, LOG_PID, 3 << 3)
            return Daemon(pipe: ends[1])
        case let child:
            close(ends[1])
            exit(waitForReport(of: child, on: ends[0], name: name, confirm: confirm))
        }
    }

    /// Lets go of whatever the caller had open beyond the terminal: a pipe that stays open here keeps its reader waiting
    /// as long as the mount lives.
    private static func closeInherited(except kept: CInt) {
        guard let directory = opendir("/proc/self/fd") else { return }
        var descriptors: [CInt] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let descriptor = CInt(name), descriptor > 2, descriptor != kept { descriptors.append(descriptor) }
        }
        closedir(directory)
        for descriptor in descriptors { close(descriptor) }
    }

    /// Tells the caller that all is well and lets go of its terminal. `status`: one line for a service manager.
    package func reportReady(status: String) {
        manager?.reportReady(status: status)
        let descriptor = take()
        guard descriptor >= 0 else { return }
        // Not before: the automounter lets its own process group reach the mount point, and everybody else waits until it is mounted.
        setsid()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        if null >= 0 {
            for standard: CInt in 0...2 { dup2(null, standard) }
            if null > 2 { close(null) }
        }
        dcmfs_use_syslog()
        isDetached.withLock { $0 = true }
        Self.send([0], to: descriptor)
    }

    /// Tells the caller what went wrong and with which code to exit; in front, just prints it.
    package func reportFailure(_ message: String, exitCode: UInt8) {
        let descriptor = take()
        guard descriptor >= 0 else {
            manager?.report(status: message)
            return write([message])
        }
        Self.send([max(1, exitCode)] + Array(message.utf8), to: descriptor)
    }

    /// The end has begun: no new requests, those under way still get their answers.
    package func reportStopping() {
        manager?.reportStopping(status: "ending")
    }

    /// One line for whoever watches: the terminal or service manager in front, the system log in the background.
    /// Repetitions are counted instead of written.
    package func log(_ line: String) {
        write(limiter.withLock { $0.admit(line, now: Self.now()) })
    }

    /// Writes what was kept back so far; for the end.
    package func flushLog() {
        write(limiter.withLock { $0.startWindow(Self.now()) })
    }

    private func write(_ lines: [String]) {
        let isDetached = isDetached.withLock { $0 }
        for line in lines {
            if isDetached { dcmfs_syslog(LOG_WARNING, line) } else { Self.complain("dcmfs: \(line)") }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec)
    }

    private func take() -> CInt {
        pipe.withLock { descriptor in
            defer { descriptor = -1 }
            return descriptor
        }
    }

    private static func send(_ bytes: [UInt8], to descriptor: CInt) {
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    /// The caller's side: the exit code, once the child has reported or died.
    private static func waitForReport(of child: pid_t, on descriptor: CInt, name: String, confirm: () -> Bool) -> CInt {
        var report: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            report += chunk.prefix(count)
        }
        if let code = report.first {
            if code == 0, confirm() { return 0 }
            if code != 0 {
                complain("\(name): \(String(decoding: report.dropFirst(), as: UTF8.self))")
                return CInt(code)
            }
        }
        var status: CInt = 0
        let ended = waitpid(child, &status, WNOHANG) == child
        complain("\(name): the mount process ended unexpectedly" + (ended ? " (status \(status))" : ""))
        return 1
    }

    private static func complain(_ message: String) {
        _ = Array((message + "\n").utf8).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
