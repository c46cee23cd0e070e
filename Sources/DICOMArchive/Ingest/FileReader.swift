import CLinux
import DICOM
import Glibc

/// Opens candidates, hands them to the parser together, takes digests where they are needed. Runs on parser threads.
struct FileReader: Sendable {
    let parser: any HeaderParser
    /// True ends what is under way: a disk may take seconds for every file.
    var isCancelled: (@Sendable () -> Bool)?

    /// Out of descriptors: times to wait 10 ms for others to let go of theirs.
    private static let patience = 300

    func read(_ candidates: [Candidate]) -> [ReadFile] {
        var files: [ReadFile] = []
        files.reserveCapacity(candidates.count)
        while files.count < candidates.count {
            if isCancelled?() == true {
                files += Array(repeating: ReadFile(result: .cancelled), count: candidates.count - files.count)
                break
            }
            readSome(candidates[files.count...], &files)
            // No use in waiting once for every file.
            if case .exhausted(let code) = files.last?.result {
                files += Array(repeating: ReadFile(result: .exhausted(code)), count: candidates.count - files.count)
            }
        }
        return files
    }

    /// Reads as many as there are descriptors for, at least one.
    private func readSome(_ candidates: ArraySlice<Candidate>, _ files: inout [ReadFile]) {
        var descriptors: [CInt] = []
        var sizes: [Int] = []
        var positions: [Int] = []
        for (position, candidate) in zip(candidates.indices, candidates) {
            if position > candidates.startIndex, isCancelled?() == true { break }
            var (descriptor, file) = Self.open(candidate)
            if case .exhausted = file.result {
                // Those that are open are read first; then there is room again.
                if position > candidates.startIndex { break }
                for _ in 0..<Self.patience {
                    usleep(10_000)
                    (descriptor, file) = Self.open(candidate)
                    guard case .exhausted = file.result else { break }
                }
            }
            files.append(file)
            guard let descriptor else { continue }
            descriptors.append(descriptor)
            sizes.append(Int(file.identity.size))
            positions.append(position)
        }
        let parsed = descriptors.isEmpty ? [] : parser.parse(descriptors, sizes: sizes)
        for (index, descriptor) in descriptors.enumerated() {
            let outcome = index < parsed.count ? parsed[index] : .failed(reason: "the parser gave no answer")
            let position = positions[index]
            finish(&files[position], descriptor, outcome, candidates[position])
            closeDescriptor(descriptor)
        }
    }

    private static func open(_ candidate: Candidate) -> (CInt?, ReadFile) {
        let descriptor = openFile(candidate.folder, candidate.name)
        guard descriptor >= 0 else {
            switch -descriptor {
            case ELOOP, EXDEV: return (nil, ReadFile(result: .notRegular))
            // Gone by the open, there by the name: a network filesystem that failed, and nothing that a user took away.
            case ENOENT where candidate.isListed:
                return (nil, ReadFile(result: .unreadable(EIO)))
            case EMFILE, ENFILE, ENOMEM: return (nil, ReadFile(result: .exhausted(-descriptor)))
            case let code: return (nil, ReadFile(result: .unreadable(code)))
            }
        }
        guard let status = FileStatus(descriptor: descriptor) else {
            let code = errno
            closeDescriptor(descriptor)
            return (nil, ReadFile(result: .unreadable(code)))
        }
        guard status.isRegular else {
            closeDescriptor(descriptor)
            return (nil, ReadFile(result: .notRegular))
        }
        return (descriptor, ReadFile(identity: status.identity, result: .unstable))
    }

    private func finish(_ file: inout ReadFile, _ descriptor: CInt, _ outcome: ParsedInput, _ candidate: Candidate) {
        file.result = .parsed(outcome)
        if candidate.wantsDigest || Self.needsDigest(outcome) {
            do throws(ArchiveError) {
                file.digest = try digestOfFile(descriptor, size: file.identity.size, isCancelled: isCancelled)
            } catch {
                file.result = error.code == .interrupted ? .cancelled : .unreadable(error.errno)
                return
            }
        }
        guard let now = FileStatus(descriptor: descriptor)?.identity else {
            file.result = .unreadable(errno)
            return
        }
        // What was said of other bytes than those that are there now is worth nothing.
        guard now == file.identity else {
            file.result = .unstable
            return
        }
        if case .outcome(.setAside(let error)) = outcome, error.code == .notDICOM, let kind = PackedFile.kind(descriptor) {
            file.result = .packed(kind)
        }
    }

    /// Identifiers that are missing are replaced by the digest.
    private static func needsDigest(_ outcome: ParsedInput) -> Bool {
        guard case .outcome(.instance(let summary)) = outcome else { return false }
        return summary.sopInstanceUID.isEmpty
            || summary.patientID.isEmpty && summary.patientName.isEmpty && summary.studyInstanceUID.isEmpty
    }
}

/// Opens a file of an indexed folder for reading; never blocks, follows no symbolic link. A descriptor or -errno.
func openFile(_ folder: IndexedFolder, _ name: [UInt8]) -> CInt {
    withCString(joinPath(folder.path, name)) {
        clinux_open_beneath(folder.root.descriptor, $0, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
    }
}

enum LongWork {
    static let interrupted = "interrupted; the same command goes on where it stopped"
}

/// SHA-256 of a file, streamed. Ending before `size` bytes is an error; so is being asked to stop: a sparse file may have more bytes
/// than can be read in a year.
func digestOfFile(_ descriptor: CInt, size: Int64, isCancelled: (@Sendable () -> Bool)? = nil) throws(ArchiveError) -> [UInt8] {
    let hash = SHA256()
    let length = 256 << 10
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while true {
        if isCancelled?() == true { throw ArchiveError(.interrupted, LongWork.interrupted, errno: EINTR) }
        let count = pread(descriptor, buffer.baseAddress, length, off_t(offset))
        // Signals come between two reads, or into one: a file of any size ends with the command.
        if StatementStop.ofProcess.isRaised { throw ArchiveError(.interrupted, "interrupted") }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw ArchiveError(.sourceUnavailable, "read failed: \(errorText(errno))", errno: errno) }
        if count == 0 { break }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += Int64(count)
    }
    guard offset == size else { throw ArchiveError(.sourceUnavailable, "the file changed while it was read", errno: EIO) }
    return try hash.finish()
}

func closeDescriptor(_ descriptor: CInt) { _ = close(descriptor) }
