import FuzzTargets
import Glibc
import TestSupport

/// libFuzzer's driver: reads its options from the arguments and calls `body` until time is up or something breaks.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The environment variable DCMFS_FUZZ_TARGET names the target that libFuzzer drives; see `mountscripts/fuzz`.
@main
enum Fuzz {
    private static let target: FuzzTarget? = getenv("DCMFS_FUZZ_TARGET").flatMap { FuzzTarget.named(String(cString: $0)) }

    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "--list":
            for target in FuzzTarget.all { print(target.name) }
        case "--seeds" where words.count >= 3:
            writeSeeds(words[1], words[2], Array(words[3...]))
        default:
            guard target != nil else {
                print("usage: dcmfs-fuzz --list | --seeds TARGET FOLDER FILE... | libFuzzer's options, with DCMFS_FUZZ_TARGET set")
                exit(2)
            }
            var count = CommandLine.argc
            var arguments = CommandLine.unsafeArgv
            exit(runDriver(&count, &arguments) { bytes, count in Fuzz.one(bytes, count) })
        }
    }

    /// -1 where the input is not worth keeping.
    private static func one(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        guard let target else { return -1 }
        return target.run(Array(UnsafeBufferPointer(start: bytes, count: count))) ? 0 : -1
    }

    /// Large seeds make slow campaigns: only those up to 64 KiB are written.
    private static func writeSeeds(_ name: String, _ folder: String, _ files: [String]) {
        guard let target = FuzzTarget.named(name) else { return print("no target \(name)") }
        var written = 0
        for path in files {
            for seed in target.seeds(Corpus.bytes(path)) where (1...65_536).contains(seed.count) {
                let file = open("\(folder)/seed-\(written)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
                guard file >= 0 else { return print("cannot write into \(folder)") }
                if write(file, seed, seed.count) == seed.count { written += 1 }
                close(file)
            }
        }
        print("\(name): \(written) seeds")
    }
}
