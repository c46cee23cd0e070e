/// A row of `person_keys`.
extension PersonMatcher.Known {
    func checksum(_ idKey: [UInt8]) -> Int64 {
        var sum = RowChecksum(10)
        sum.add(idKey)
        sum.add(birthDate)
        sum.add(name)
        sum.add(person)
        return sum.value
    }

    /// Columns `birth_date, name_key, patient, checksum` from `first` on.
    init(_ s: SQLStatement, from first: Int32, idKey: [UInt8]) throws(ArchiveError) {
        self.init(person: s.int(first + 2), birthDate: s.bytes(first), name: s.bytes(first + 1))
        try checkRow(RowRange.ids.contains(person) && s.int(first + 3) == checksum(idKey), "person_keys", person)
    }
}
