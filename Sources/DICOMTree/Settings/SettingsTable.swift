import DICOM

/// The numbers of the settings that somebody uses.
final class SettingsTable: Sendable {
    private let table: NumberTable<TreeSettings, Shown>
    private let base: Shown

    init(base: Shown) {
        self.base = base
        table = NumberTable(limits: .init(numbers: NodeID.settingsLimit, share: 32, mostOfReader: 128, idle: NodeID.settingsLimit))
        // What `/with` lists: a listing refers to nobody's account.
        for preset in TreeSettings.listed { _ = number(of: preset, reader: 0, permanent: true) }
    }

    /// Nil when the reader has too many in use.
    func number(of settings: TreeSettings, reader: UInt32, permanent: Bool = false) -> Int? {
        let answer = table.number(of: settings, reader: reader, permanent: permanent) { number in
            Shown(renditions: settings.renditions ?? base.renditions, picture: settings.picture, number: number)
        }
        if case .number(let number) = answer { return number }
        return nil
    }

    func shown(_ number: Int) -> Shown? { table.entry(number)?.value }

    func refer(to number: Int) -> UInt32? { table.refer(to: number) }
    func release(_ number: Int, count: Int = 1) { table.release(number, count: count) }

    /// Takes names in `/with` that the kernel is to forget.
    func onCrowded(_ body: @escaping @Sendable (_ name: [UInt8]) -> Void) { table.onCrowded { body(Array($0.name.utf8)) } }
}
