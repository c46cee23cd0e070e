/// Decides which person of one Patient ID an instance belongs to. Never one folder for two people.
enum PersonMatcher {
    /// Under what a person was seen before.
    struct Known: Hashable {
        var person: Int64
        var birthDate: [UInt8]
        var name: [UInt8]
    }

    /// The person, or nil when the instance opens a new one.
    ///
    /// 1. Seen before under exactly this birth date and name: that person.
    /// 2. One person matches by birth date or by name: that one. Several: a new one.
    /// 3. None matches; one contradicts in at most one of the two (empty never contradicts): that one. Else a new one.
    static func person(birthDate: [UInt8], name: [UInt8], among known: [Known]) -> Int64? {
        if let same = known.first(where: { $0.birthDate == birthDate && $0.name == name }) { return same.person }
        let matching = Set(known.filter { matches($0, birthDate, name) }.map(\.person))
        if !matching.isEmpty { return matching.count == 1 ? matching.first : nil }
        let persons = Set(known.map(\.person))
        let compatible = persons.filter { person in !contradicts(known.filter { $0.person == person }, birthDate, name) }
        return compatible.count == 1 ? compatible.first : nil
    }

    /// Whether a person was seen under another name or birth date: who looks after the archive should know.
    static func isDoubtful(birthDate: [UInt8], name: [UInt8], _ known: [Known]) -> Bool {
        !birthDate.isEmpty && known.contains { !$0.birthDate.isEmpty && $0.birthDate != birthDate }
            || !name.isEmpty && known.contains { !$0.name.isEmpty && $0.name != name }
    }

    private static func matches(_ known: Known, _ birthDate: [UInt8], _ name: [UInt8]) -> Bool {
        !birthDate.isEmpty && known.birthDate == birthDate || !name.isEmpty && known.name == name
    }

    /// Both are known of the person, both are given, and both differ.
    private static func contradicts(_ known: [Known], _ birthDate: [UInt8], _ name: [UInt8]) -> Bool {
        !birthDate.isEmpty && !name.isEmpty && known.contains { !$0.birthDate.isEmpty } && known.contains { !$0.name.isEmpty }
    }
}
