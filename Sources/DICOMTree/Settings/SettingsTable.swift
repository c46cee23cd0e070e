import DICOM
import Locks

/// The numbers of the settings that were asked for since the mount: given once, never to others.
final class SettingsTable: Sendable {
    private struct State {
        var numbers: [TreeSettings: Int] = [:]
        /// Settings number n stand at n - 1.
        var shown: [Shown] = []
    }
    private let state = Mutex(State())
    private let base: Shown

    init(base: Shown) {
        self.base = base
    }

    /// Nil when there is no number left.
    func number(of settings: TreeSettings) -> Int? {
        state.withLock { state in
            if let number = state.numbers[settings] { return number }
            let number = state.shown.count + 1
            guard number < NodeID.settingsLimit else { return nil }
            state.numbers[settings] = number
            state.shown.append(Shown(renditions: settings.renditions ?? base.renditions, picture: settings.picture, number: number))
            return number
        }
    }

    func shown(_ number: Int) -> Shown? {
        state.withLock { number >= 1 && number <= $0.shown.count ? $0.shown[number - 1] : nil }
    }
}
