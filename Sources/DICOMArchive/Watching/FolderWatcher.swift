import Glibc

/// Tells which folders below some roots have changed, through inotify(7). Follows no symbolic links and enters no dcmfs mount.
///
/// A file counts as complete when who wrote it has closed it, when it was renamed into its place, or when it has not changed
/// for a while: nothing half written is shown. To be used by one thread.
package final class FolderWatcher {
    private let descriptor: CInt
    private let roots: [[UInt8]]
    /// Which file each root was when it was watched; nil while it is not there.
    private var rootFiles: [RootFile?]
    private struct RootFile: Equatable { var device, inode: UInt64 }
    private let isIgnored: ([UInt8]) -> Bool
    private var folders: [CInt: [UInt8]] = [:]
    private var changed: Set<[UInt8]> = []
    /// Files that somebody may still be writing to, and when that was last seen; files closed a moment ago. By the clock
    /// that nobody sets: a file must not stay incomplete for the hour by which a clock was corrected.
    private var busy: [[UInt8]: Int64] = [:]
    private var closed: [[UInt8]: Int64] = [:]
    /// Files that something happened to and that were not read since: their size and times may be what they were before.
    private var touched: Set<[UInt8]> = []
    /// More of them than are kept: then all are.
    private var isAnyTouched = false
    private static let touchedLimit = 100_000
    /// Folders that cannot be watched, because the system has no more watches; they need a scan now and then.
    package private(set) var unwatched = 0

    /// Who wrote last is taken to be done after this, in nanoseconds: seen being written, or only by its time.
    private static let patience: Int64 = 30_000_000_000
    private static let settling: Int64 = 2_000_000_000
    private static let interest = UInt32(IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)

    /// - Parameter ignoring: paths whose changes mean nothing: the archive's own files.
    package init(_ roots: [[UInt8]], ignoring isIgnored: @escaping ([UInt8]) -> Bool) throws(ArchiveError) {
        descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        guard descriptor >= 0 else { throw ArchiveError(.system, "inotify: \(errorText(errno))", errno: errno) }
        self.roots = Self.resolved(roots)
        self.isIgnored = isIgnored
        rootFiles = self.roots.map { Self.rootFile($0) }
        for root in self.roots { watchAll(below: root) }
    }

    deinit { closeDescriptor(descriptor) }

    /// Those that are there, as their paths come with events.
    package static func resolved(_ roots: [[UInt8]]) -> [[UInt8]] { roots.compactMap { realPath($0) } }

    /// Waits for events, `milliseconds` at most, and takes them in. False when there were none.
    package func wait(milliseconds: CInt) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, milliseconds) > 0 else { return false }
        let size = 64 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, size)
            guard count > 0 else { return true }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The folders to look at, none below another; forgets them. A folder that is gone or empty is answered by one above it.
    package func takeChanged() -> [[UInt8]] {
        let now = monotonicNs()
        closed = closed.filter { now &- $0.value < 2 * Self.settling }
        var places: Set<[UInt8]> = []
        for folder in changed { if let place = standing(folder) { places.insert(place) } }
        changed = []
        return places.filter { place in
            !places.contains { $0.count < place.count && pathBelow($0, place) != nil }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Whether something happened to a file since it was read last; `willRead` forgets it.
    package func isTouched(_ path: [UInt8], willRead: Bool) -> Bool {
        if isAnyTouched { return true }
        return willRead ? touched.remove(path) != nil : touched.contains(path)
    }

    /// When everything that changed was looked at.
    package func forgetLostTouches() {
        // All files of the folders that changed were read.
        if isAnyTouched { touched.removeAll() }
        isAnyTouched = false
    }

    package var hasChanges: Bool { !changed.isEmpty }

    /// Looks at a folder again even if nothing happens to it.
    package func remember(_ folder: [UInt8]) { changed.insert(folder) }
    package func rememberRoots() { changed.formUnion(roots) }

    /// Watches roots that came back: made anew, or a disk that was mounted again. No event tells of them.
    package func watchReturnedRoots() {
        for (index, root) in roots.enumerated() {
            let now = Self.rootFile(root)
            guard now != rootFiles[index] else { continue }
            rootFiles[index] = now
            guard now != nil else { continue }
            watchAll(below: root)
            changed.insert(root)
        }
    }

    private static func rootFile(_ path: [UInt8]) -> RootFile? { FileStatus(path: path).map { RootFile(device: $0.device, inode: $0.inode) } }

    /// Whether somebody may still be writing to a file, which was last changed at `mtimeNs`.
    package func isIncomplete(_ path: [UInt8], mtimeNs: Int64) -> Bool {
        if let seen = busy[path] {
            if monotonicNs() &- seen < Self.patience { return true }
            busy[path] = nil
        }
        if closed[path] != nil { return false }
        // A file's time may be anything.
        let (age, isFar) = nowNs().subtractingReportingOverflow(mtimeNs)
        return !isFar && age.magnitude < Self.settling.magnitude
    }

    // MARK: - Events

    /// Records of inotify_event: watch (4), mask (4), cookie (4), length of the name (4), name with NULs.
    private func take(_ events: UnsafeRawBufferPointer) {
        var position = 0
        while position + 16 <= events.count {
            let watch = events.loadUnaligned(fromByteOffset: position, as: Int32.self)
            let mask = events.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)
            let length = Int(events.loadUnaligned(fromByteOffset: position + 12, as: UInt32.self))
            guard position + 16 + length <= events.count else { return }
            let name = Array(events[(position + 16)..<(position + 16 + length)].prefix { $0 != 0 })
            position += 16 + length
            if mask & UInt32(IN_Q_OVERFLOW) != 0 {
                overflowed()
            } else if mask & UInt32(IN_IGNORED) != 0 {
                // One that is made anew may get the old one's inode.
                if let folder = folders.removeValue(forKey: watch), let index = roots.firstIndex(of: folder) { rootFiles[index] = nil }
            } else if let folder = folders[watch] {
                take(mask, in: folder, name)
            }
        }
    }

    private func take(_ mask: UInt32, in folder: [UInt8], _ name: [UInt8]) {
        let path = name.isEmpty ? folder : joinPath(folder, name)
        guard !isIgnored(path) else { return }
        if mask & UInt32(IN_ISDIR) != 0 {
            if mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 { watchAll(below: path) }
            if mask & UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) != 0 { changed.insert(folder) }
            return
        }
        guard !name.isEmpty else { return }
        if mask & UInt32(IN_DELETE | IN_MOVED_FROM) != 0 {
            touched.remove(path)
        } else if touched.count < Self.touchedLimit {
            touched.insert(path)
        } else {
            isAnyTouched = true
        }
        if mask & UInt32(IN_MODIFY | IN_CREATE) != 0 {
            // A hard or symbolic link is made whole and never closed: the file's own time decides about it.
            if mask & UInt32(IN_MODIFY) != 0 { busy[path] = monotonicNs() }
            changed.insert(folder)
        } else {
            busy[path] = nil
            if mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0 { closed[path] = monotonicNs() }
            changed.insert(folder)
        }
    }

    /// Events were lost: everything is looked at again, with new watches.
    private func overflowed() {
        busy = [:]
        isAnyTouched = true
        unwatched = 0
        for root in roots { watchAll(below: root) }
        rememberRoots()
    }

    // MARK: - Watches

    private func watchAll(below folder: [UInt8]) {
        var open = [folder]
        while let path = open.popLast() {
            guard !isIgnored(path), let status = FileStatus(path: path), status.isDirectory, !MountTable.isDCMFS(status.device) else { continue }
            watch(path)
            // Listed after the watch stands, so that nothing falls between.
            let descriptor = withCString(path, openFolderForCounting)
            guard descriptor >= 0 else { continue }
            defer { closeDescriptor(descriptor) }
            guard let listing = listing(of: descriptor) else { continue }
            for index in 0..<listing.count where listing.kind(index) == .folder || listing.kind(index) == .unknown {
                open.append(joinPath(path, listing.name(index)))
            }
        }
    }

    /// A folder that cannot be read is the indexer's to complain about.
    private func listing(of descriptor: CInt) -> DirectoryListing? {
        do throws(ArchiveError) { return try DirectoryListing(descriptor: descriptor) } catch { return nil }
    }

    private func watch(_ path: [UInt8]) {
        let number = withCString(path) { inotify_add_watch(descriptor, $0, Self.interest | UInt32(IN_ONLYDIR | IN_DONT_FOLLOW)) }
        if number >= 0 {
            folders[number] = path
        } else if errno == ENOSPC {
            unwatched += 1
        }
    }

    /// The folder itself, or the nearest above it, up to its root, that is there and not empty.
    private func standing(_ folder: [UInt8]) -> [UInt8]? {
        guard let root = roots.first(where: { pathBelow($0, folder) != nil }) else { return nil }
        var path = folder
        while path.count > root.count {
            let descriptor = withCString(path, openFolderForCounting)
            if descriptor >= 0 {
                defer { closeDescriptor(descriptor) }
                if let listing = listing(of: descriptor), listing.count > 0 { return path }
            }
            guard let slash = path.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return root }
            path.removeLast(path.count - slash)
        }
        return root
    }
}
