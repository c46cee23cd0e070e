/// Where we and the corpus's header oracle (pydicom 3.0.2) differ, and who is right by which section of the standard.
enum HeaderDisagreements {
    /// The reason for a difference that is known and meant to stay; nil for any other.
    static func reason(_ difference: HeaderOracle.Difference) -> String? { nil }
}
