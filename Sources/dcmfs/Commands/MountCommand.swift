import ArgumentParser
import DICOMArchive
import DICOMTree
import FUSE
import Glibc

/// `dcmfs mount archive.db /mnt/dicom [-f] [-o show=dcm+txt,...]`
struct MountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount",
        abstract: "Shows an archive, or a folder of DICOM files, as a folder.",
        discussion: """
            A folder in place of an archive is indexed first, into a file of the user's own cache folder ($XDG_CACHE_HOME/dcmfs, or
            ~/.cache/dcmfs), and again each time it is mounted.

            Returns when the folder can be used; the mount goes on in the background until `dcmfs unmount`, `fusermount3 -u`
            or SIGTERM.

            Options (-o), separated by commas; words of fstab are accepted; -o help prints these:
            \(MountOptions.help)
            """
    )

    @Argument(help: "The archive's database, or a folder of DICOM files.", completion: .file())
    var archive: String

    @Argument(help: "An empty folder.", completion: .directory)
    var mountpoint: String

    @Flag(name: .customShort("f"), help: "Stay in front.")
    var foreground = false

    @Option(name: .customShort("o"), parsing: .unconditionalSingleValue, help: "Mount options; may be repeated.", completion: .list(MountOptions.completions))
    var options: [String] = []

    func run() throws {
        do throws(MountError) {
            try mount()
        } catch {
            CommandFailure(error.description).report()
            throw ExitCode(error.code == .usage ? 2 : 1)
        }
    }

    /// In this order: what can be checked is checked while the caller's terminal is there; then into the background; and
    /// only then what does not survive the splitting of a process: threads, the database, workers.
    private func mount() throws(MountError) {
        let options = try MountOptions(options)
        let folder = try Self.failing { () throws(CommandFailure) in try FolderArchive(of: archive) }
        let point = try MountPoint(resolving: Arguments.bytes(mountpoint))
        if let folder, (folder.folder + [UInt8(ascii: "/")]).starts(with: point.path + [UInt8(ascii: "/")]) {
            throw MountError(.usage, "\(mountpoint): would hide the folder that is to be shown; mount elsewhere")
        }
        try point.check(subtype: Self.subtype, allowNonEmpty: options.allowsNonEmpty) {
            CommandFailure("\(mountpoint): cleared what a killed mount left behind").report()
        }
        let database: [UInt8]
        if let folder {
            try Self.failing { () throws(CommandFailure) in try folder.index(isolates: options.isolates) }
            database = folder.archive
        } else {
            database = try Self.absolutePath(archive)
        }
        let cachePath = try options.cacheFolder?.path(outside: point)
        let isInFront = foreground || options.session.isDebugging
        let daemon = isInFront ? Daemon.foreground() : try Daemon.start(name: "dcmfs") { Self.answers(point) }
        TerminationSignals.blockInThisThread()
        // Every open file of the mount holds a descriptor.
        DescriptorLimit.raise()
        let code = MountProcess(archive: database, point: point, options: options, cachePath: cachePath, daemon: daemon).run()
        // Not exit(): threads may still be inside a rendering, and destructors must not run under their feet.
        _exit(code)
    }

    private static func failing<Result>(_ body: () throws(CommandFailure) -> Result) throws(MountError) -> Result {
        do { return try body() } catch { throw MountError(.failed, error.description) }
    }

    static let subtype = "dcmfs"

    /// `mount -o help`, as other file systems have it: whatever else is said, or not said.
    static func isAskedForOptions(_ arguments: [String]) -> Bool {
        guard arguments.first == configuration.commandName else { return false }
        return zip(arguments, arguments.dropFirst()).contains { flag, words in
            flag == "-o" && MountWords.split([words]).contains { $0.key == "help" && $0.value == nil }
        }
    }

    /// From the outside: there is a mount of ours, and its root answers.
    private static func answers(_ point: MountPoint) -> Bool {
        var status = stat()
        let path = point.path.map { CChar(bitPattern: $0) } + [0]
        return stat(path, &status) == 0 && MountTable.current().top(at: point.path)?.type == Array("fuse.\(subtype)".utf8)
    }

    private static func absolutePath(_ text: String) throws(MountError) -> [UInt8] {
        let resolved = Arguments.withPath(text) { realpath($0, nil) }
        guard let resolved else { throw MountError(.failed, "\(text): \(String(cString: strerror(errno)))") }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }
}

/// The process that serves the mount.
struct MountProcess {
    let archive: [UInt8]
    let point: MountPoint
    let options: MountOptions
    /// Of `options.cacheFolder`, absolute.
    let cachePath: [UInt8]?
    let daemon: Daemon

    /// Serves until the end; the exit code.
    func run() -> CInt {
        do {
            let archive = try Archive.open(path: archive, mode: .readOnly, isTrusted: options.trustsArchive)
            let ending = try serve(archive)
            archive.close()
            Archive.sealIfIdle(path: self.archive, isTrusted: options.trustsArchive)
            daemon.flushLog()
            guard case .failed(let code) = ending else { return 0 }
            daemon.log("the connection to the kernel broke: \(String(cString: strerror(code)))")
            return 1
        } catch {
            daemon.reportFailure(Arguments.shown("\(error)"), exitCode: 1)
            return 1
        }
    }

    private func serve(_ archive: Archive) throws -> FUSESession.Ending {
        let workerCount = WorkerLocation.processorCount
        if options.tree.strictness == .whereKept {
            for root in try archive.rootsWithoutInodes() {
                daemon.log("\(shownPath(root.path)) lies on \(root.type), which keeps no inode numbers: its files are known by size and time alone")
            }
        }
        var treeOptions = options.tree
        treeOptions.readAhead = workerCount
        treeOptions.makers = workerCount
        treeOptions.log = { [daemon] in daemon.log($0) }
        // A connection that is there before descriptors run short: names are answered even then.
        _ = try archive.patients(after: 0, limit: 1)
        try refuseOverOwnFiles(archive)
        var configuration = options.session
        configuration.source = archive.path
        configuration.subtype = MountCommand.subtype
        configuration.slowThreads = workerCount
        configuration.log = { [daemon] in daemon.log($0) }
        let producer = try makeProducer(workerCount: workerCount, isolates: options.isolates)
        let store = try openStore()
        treeOptions.storing = store.map { PictureStoring(store: $0, origin: CacheFolder.origin(producer, archive.path)) }
        let tree = VirtualTree(source: archive, producer: producer, options: treeOptions)
        let filesystem = TreeFilesystem(
            tree, archive: archive.path, ownership: options.ownership, showsChanges: treeOptions.times == .source)
        let status = "showing \(shownPath(archive.path)) at \(shownPath(point.path))"
        let session = try FUSESession(filesystem: filesystem, configuration: configuration) { [daemon] in daemon.reportReady(status: status) }
        ArchiveAttendant.start(archive) { [daemon] in daemon.log($0) }
        session.onEnding = { [daemon] in
            // A search that goes through millions of rows must not outlive the mount.
            StatementStop.ofProcess.raise()
            daemon.reportStopping()
        }
        try session.mount(at: point.path)
        // Kept until the process is gone: destructors here and in threads that end at the same moment have met in the Swift
        // runtime's metadata and waited for each other for ever.
        for object in [session, filesystem, tree] as [AnyObject] { _ = Unmanaged.passRetained(object) }
        let ending = session.run()
        store?.finish(within: 2)
        return ending
    }

    /// What the mount itself reads must not lie below it: it would wait for itself for ever, and with it whoever looks there.
    private func refuseOverOwnFiles(_ archive: Archive) throws {
        let used = [(archive.path, "the archive"), (cachePath, "cache_dir")] + (try archive.rootPaths().map { ($0, "a folder of its sources") })
        for case (let path?, let what) in used where point.covers(path) {
            throw MountError(.badMountPoint, "mount point \(shownPath(point.path)) would hide \(what), \(shownPath(path)); name another folder")
        }
    }

    private func openStore() throws(StoreFolder.Failure) -> DiskPictureStore? {
        guard let folder = options.cacheFolder, let cachePath else { return nil }
        return try folder.open(at: cachePath) { [daemon] in daemon.log($0) }
    }
}
