import DICOM
import DICOMArchive

/// `st_ino`: a number below 2^53, which programs that count in floating point (node-tar) still tell apart. Two files have the
/// same one only where they are the same file, in several views.
///
///     bits 52...3                                      2...0
///     instance row and kind of file                    0
///     1 for the root, and what else stands there       1
///     row, view and level of a directory               2
///     series row and view                              3
///     row, view and level of a text file               4
///     instance row and view of NNNNN.frames            5
///     number of a frame (`framesIno`) and its format   6
///     below /with or /find, see `numbered`             7
///
/// The kind stands in the low bits and rows are counted from 1, so that programs which keep 32 bits (cpio) confuse nothing in
/// archives of ordinary size. All but those of class 7 stay the same over remounts.
enum FileNumber {
    private static let payloadLimit: UInt64 = 1 << 50

    /// Nil where a row does not fit, which only a damaged index brings about.
    /// - Parameter frames: the first number of the frames of the instance, for a frame.
    static func of(_ id: NodeID, frames: Int64? = nil) -> UInt64? {
        let (row, detail) = (UInt64(bitPattern: id.row), UInt64(bitPattern: Int64(id.detail)))
        if id.isNumbered { return numbered(id, frames: frames).flatMap { make(7, $0) } }
        return switch id.kind {
        case .source: make(0, row << 3)
        case .headerText: make(0, row << 3 | 1)
        case .png: make(0, row << 3 | 2)
        case .jpeg: make(0, row << 3 | 3)
        case .framesReadme: make(0, row << 3 | 4)
        case .iconPNG: make(0, row << 3 | 5)
        case .fixed: make(1, detail &- 1)
        case .viewDirectory: place(row, detail).flatMap { make(2, $0) }
        case .seriesDirectory: make(3, row << 8 | detail)
        case .viewFile: place(row, detail).flatMap { make(4, $0) }
        case .framesDirectory: make(5, row << 8 | detail)
        case .framePNG, .frameJPEG: frame(id, frames).flatMap { make(6, $0) }
        case nil: nil
        }
    }

    /// Longest path of a view, with its folder.
    private static let levels: UInt64 = 32

    private static func make(_ kind: UInt64, _ payload: UInt64) -> UInt64? {
        payload < payloadLimit ? payload << 3 | kind : nil
    }

    private static func place(_ row: UInt64, _ detail: UInt64) -> UInt64? {
        let (view, level) = (detail >> 8, detail & 0xff)
        return level < levels && view < 256 ? row << 13 | view << 5 | level : nil
    }

    private static func frame(_ id: NodeID, _ first: Int64?) -> UInt64? {
        guard let first, (0..<Int64(payloadLimit / 4)).contains(first) else { return nil }
        return UInt64(first + Int64(id.detail)) << 1 | (id.kind == .frameJPEG ? 1 : 0)
    }

    /// What a number of settings (10 bits) or of a query (16 bits) goes with, in parts of 2^50 that do not overlap:
    ///
    ///     1 << 49   settings, frame 39          5 << 45   query, series row 29
    ///     3 << 47   settings, view 8, series 29 4 << 45   query, instance row 29 (NNNNN.frames)
    ///     2 << 47   the same of NNNNN.frames    1 << 46   settings, view 4, level 2, row 29
    ///     3 << 46   settings, view 7 (of the    1 << 45   settings, instance row 29, format
    ///               user), level 5, row 24      1 << 44   query;  1 << 43   settings, fixed
    private static func numbered(_ id: NodeID, frames: Int64?) -> UInt64? {
        let (settings, query) = (UInt64(id.settings), UInt64(id.query))
        let row = UInt64(bitPattern: id.row)
        guard settings < 1 << 10, query < 1 << 16, id.query != 0 || row < 1 << 29 else { return nil }
        switch id.kind {
        case .viewDirectory where query != 0: return 1 << 44 | query
        case .viewDirectory: return folder(settings, row, view: UInt64(id.detail >> 8), level: UInt64(id.detail & 0xff))
        case .seriesDirectory, .framesDirectory:
            let isSeries = id.kind == .seriesDirectory
            guard row < 1 << 29 else { return nil }
            if query != 0 { return (isSeries ? 5 : 4) << 45 | query << 29 | row }
            return (isSeries ? 3 : 2) << 47 | settings << 37 | UInt64(id.detail & 0xff) << 29 | row
        case .png, .jpeg: return 1 << 45 | settings << 30 | row << 1 | (id.kind == .jpeg ? 1 : 0)
        case .framePNG, .frameJPEG:
            guard let number = frame(id, frames), number < 1 << 39 else { return nil }
            return 1 << 49 | settings << 39 | number
        case .fixed: return id.detail < 8 ? 1 << 43 | settings << 3 | UInt64(id.detail) : nil
        default: return nil
        }
    }

    private static func folder(_ settings: UInt64, _ row: UInt64, view: UInt64, level: UInt64) -> UInt64? {
        if view < 16, level < 4 { return 1 << 46 | settings << 35 | view << 31 | level << 29 | row }
        guard (128..<256).contains(view), level < levels, row < 1 << 24 else { return nil }
        return 3 << 46 | settings << 36 | (view - 128) << 29 | level << 24 | row
    }
}

extension InstanceRow {
    /// Tells apart the contents that a file of the instance has had; 0 as long as nothing took the place of the first. Frames are
    /// told apart by `generation`: their numbers have no room for it.
    func version(of kind: NodeID.Kind) -> Int {
        // The text of an older format gives way to the current one with the next index.
        let isText = kind == .headerText && headerTextFormat != .current
        guard contentChangedNs != 0 || isText else { return 0 }
        var hash = UInt64(bitPattern: contentChangedNs)
        if isText { hash ^= UInt64(truncatingIfNeeded: headerTextVersion) << 32 ^ UInt64(truncatingIfNeeded: headerTextLength) }
        return Int(Self.mixed(hash) % UInt64(NodeID.versionLimit - 1)) + 1
    }

    /// What a node's `generation` is, for kinds whose number does not carry the version.
    var generation: UInt32 {
        contentChangedNs == 0 ? 1 : UInt32(truncatingIfNeeded: Self.mixed(UInt64(bitPattern: contentChangedNs))) | 2
    }

    /// splitmix64's finalizer: every bit of a time goes into every bit of the result.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
