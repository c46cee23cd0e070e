/// Why there is no mount. The message is for people and says what to do.
package struct MountError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The command line is wrong: exit code 2.
        case usage
        case badMountPoint
        case alreadyMounted
        case failed
    }
    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
