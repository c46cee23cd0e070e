package import DICOM

/// What stands behind `/with/`: settings in any order, joined by `,`. Each set has one canonical name.
///
///     window=lung   window=40_400   window=file2   window=auto   size=256   overlays=off   pixels=stored   show=jpg+txt
package struct TreeSettings: Hashable, Sendable {
    package var picture = PictureSettings()
    /// Labels of the kinds of file to show; nil for those of the mount.
    package var shown: Set<String>?
    private var preset: WindowPreset?

    private static let longestName = 200

    /// Nil where the name does not follow the grammar: then there is no such directory.
    package init?(_ name: [UInt8]) {
        guard name.count <= Self.longestName, let text = String(validating: name, as: UTF8.self) else { return nil }
        var seen: Set<Substring> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, seen.insert(parts[0]).inserted, apply(parts[0], parts[1]) else { return nil }
        }
    }

    private init(preset: WindowPreset) {
        self.preset = preset
        picture.window = preset.window
    }

    private mutating func apply(_ key: Substring, _ value: Substring) -> Bool {
        switch key {
        case "window": return setWindow(value)
        case "size":
            guard let side = Self.number(value), PictureSettings.longestSides.contains(side) else { return false }
            picture.longestSide = side
            return true
        case "overlays":
            guard value == "on" || value == "off" else { return false }
            picture.overlays = value == "on"
            return true
        case "pixels":
            guard value == "square" || value == "stored" else { return false }
            picture.squarePixels = value == "square"
            return true
        case "show":
            let labels = Set(value.split(separator: "+", omittingEmptySubsequences: false).map(String.init))
            guard labels.isSubset(of: Set(VirtualTree.renditions.map(\.label))) else { return false }
            shown = labels
            return true
        default: return false
        }
    }

    private mutating func setWindow(_ value: Substring) -> Bool {
        preset = WindowPreset.all.first { $0.name == value }
        guard let window = preset?.window ?? Self.window(value) else { return false }
        picture.window = window
        return true
    }

    /// The value of `window=`, presets included.
    package static func window(_ value: Substring) -> PictureSettings.Window? {
        if let preset = WindowPreset.all.first(where: { $0.name == value }) { return preset.window }
        if value == "auto" { return .auto }
        if value == "file" { return .fileOrAuto }
        if value.hasPrefix("file") {
            guard let number = number(value.dropFirst(4)), (1...999).contains(number) else { return nil }
            return .file(number: number)
        }
        let parts = value.split(separator: "_", omittingEmptySubsequences: false).map { decimal($0) }
        guard parts.count == 2, let center = parts[0], let width = parts[1], width > 0 else { return nil }
        return .values(center: center, width: width)
    }

    /// What `window=` takes, apart from numbers; and all settings. For completions.
    package static var windowWords: [String] { WindowPreset.all.map(\.name) + ["auto", "file", "file2"] }
    package static var words: [String] {
        windowWords.map { "window=" + $0 } + ["size=", "overlays=on", "overlays=off"] + VirtualTree.renditions.map { "show=" + $0.label }
    }

    /// Digits without a leading zero.
    private static func number(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), text.utf8.first != 48 else { return nil }
        return Int(text)
    }

    /// A decimal number of at most 16 characters, without exponent.
    private static func decimal(_ text: Substring) -> Double? {
        guard (1...16).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 || $0 == 46 }) else { return nil }
        return Double(String(text))
    }

    /// The kinds to show in the order of listings; nil for those of the mount.
    var renditions: [any Rendition]? {
        shown.map { labels in VirtualTree.renditions.filter { labels.contains($0.label) } }
    }

    // MARK: - The canonical name

    /// Settings that are the default are left out; `window=file` stands for none at all.
    package var name: String {
        var words: [String] = []
        if let window = windowName { words.append("window=\(window)") }
        if let side = picture.longestSide { words.append("size=\(side)") }
        if !picture.overlays { words.append("overlays=off") }
        if !picture.squarePixels { words.append("pixels=stored") }
        if let renditions { words.append("show=" + renditions.map(\.label).joined(separator: "+")) }
        return words.isEmpty ? "window=file" : words.joined(separator: ",")
    }

    private var windowName: String? {
        if let preset { return preset.name }
        switch picture.window {
        case .fileOrAuto: return nil
        case .auto: return "auto"
        case .file(let number): return "file\(number)"
        case .values(let center, let width), .hounsfield(let center, let width): return "\(Self.text(center))_\(Self.text(width))"
        }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }

    /// What `/with` lists beside its README: directories to begin with.
    static let listed: [TreeSettings] =
        WindowPreset.all.map { TreeSettings(preset: $0) }
        + ["window=auto", "size=256", "overlays=off", "show=jpg"].compactMap { TreeSettings(Array($0.utf8)) }
}

/// Windows by name, in Hounsfield units: what radiology textbooks give for CT.
struct WindowPreset: Hashable, Sendable {
    let name: String
    let center: Double
    let width: Double

    var window: PictureSettings.Window { .hounsfield(center: center, width: width) }

    static let all = [
        WindowPreset(name: "abdomen", center: 50, width: 400),
        WindowPreset(name: "bone", center: 400, width: 1_800),
        WindowPreset(name: "brain", center: 40, width: 80),
        WindowPreset(name: "lung", center: -600, width: 1_500),
        WindowPreset(name: "mediastinum", center: 50, width: 350),
    ]
}
