import ArgumentParser

/// What every command that opens an archive takes.
struct TrustOption: ParsableArguments {
    @Flag(name: .customLong("trust-archive"), help: "Use an archive that others can write or that lies on read-only media: it decides which files are shown.")
    var isGiven = false
}
