import DICOMArchive
import Glibc

/// `dcmfs index --watch`: after the first run, follows the folders until it is interrupted.
extension IndexCommand {
    /// Quiet time after which a burst of changes is taken in, the longest wait for it, and the time between full scans, which
    /// find what no event told (network filesystems, folders beyond the system's number of watches), in milliseconds.
    private static let quiet: CInt = 200
    private static let longestWait: Int64 = 800
    private static let fullScan: Int64 = 600_000
    private static let fullScanUnwatched: Int64 = 30_000

    /// Runs `index` for the paths and then for what changes; returns when interrupted.
    func watch(_ paths: [[UInt8]], _ options: IndexOptions, index: ([[UInt8]], IndexOptions) throws(CommandFailure) -> Void) throws(CommandFailure) {
        let roots = FolderWatcher.resolved(paths)
        // There may be no archive before the first run.
        var own = realArchivePath()
        let watcher: FolderWatcher
        do throws(ArchiveError) {
            watcher = try FolderWatcher(paths) { path in
                if options.leavesOut(path, below: roots) { return true }
                guard let own, path.starts(with: own) else { return false }
                return ["", "-wal", "-shm", "-journal"].contains { path == own + Array($0.utf8) }
            }
        } catch {
            throw CommandFailure(error.description)
        }
        if watcher.unwatched > 0 {
            CommandFailure(
                "\(counted(watcher.unwatched, "folder")) beyond fs.inotify.max_user_watches: scanned every \(Self.fullScanUnwatched / 1000) s"
            ).report()
        }
        var waiting: Set<[UInt8]> = []
        var options = options
        // The indexer asks on this thread.
        options.isIncomplete = { path, mtimeNs in
            guard watcher.isIncomplete(path, mtimeNs: mtimeNs) else { return false }
            waiting.insert(Array(path[..<(path.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex)]))
            return true
        }
        options.isTouched = { path, willRead in watcher.isTouched(path, willRead: willRead) }
        try index(paths, options)
        watcher.forgetLostTouches()
        own = realArchivePath()
        var lastScan = Self.now()
        while !Interruption.wasAsked {
            let isDue = Self.now() - lastScan > (watcher.unwatched > 0 ? Self.fullScanUnwatched : Self.fullScan)
            if isDue { watcher.rememberRoots() }
            if !watcher.hasChanges { _ = watcher.wait(milliseconds: 1_000) }
            watcher.watchReturnedRoots()
            // Those that waited may be done.
            for folder in waiting { watcher.remember(folder) }
            guard watcher.hasChanges else { continue }
            let start = Self.now()
            while Self.now() - start < Self.longestWait, watcher.wait(milliseconds: Self.quiet) {}
            waiting = []
            try index(watcher.takeChanged(), options)
            watcher.forgetLostTouches()
            if isDue { lastScan = Self.now() }
        }
    }

    private func realArchivePath() -> [UInt8]? {
        guard let resolved = Arguments.withPath(archive, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }

    /// Milliseconds of a clock that only goes forward.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
