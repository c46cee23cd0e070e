/// Finds the character set of a file that declares none, or one that has no name: the one that all its texts agree with.
///
/// A set is taken only where every 8-bit text of the file is text in it, and looks like what people write in it: the family name
/// in front of a name, words of Cyrillic letters only. Else nothing is recognised, and the text stays as undeclared text is
/// read (ISO 8859-1). Nothing is learned from other files, so the same bytes always give the same text.
struct CharacterSetRecognition {
    /// A text with bytes above 7F.
    struct Sample {
        var bytes: [UInt8]
        var isName: Bool
    }

    private var samples: [Sample] = []
    private var size = 0
    /// Texts beyond this are not needed to tell sets apart.
    private static let sizeLimit = 1 << 16
    static let textLimit = 4096

    var isEmpty: Bool { samples.isEmpty }

    mutating func add(_ bytes: UnsafeRawBufferPointer, isName: Bool) {
        guard size < Self.sizeLimit, bytes.hasEightBitBytes, !bytes.contains(0x1B) else { return }
        let trimmed = TextTrimming.trimmed(bytes)
        size += trimmed.count
        samples.append(Sample(bytes: trimmed, isName: isName))
    }

    /// The texts of a data set and of its items, without those that declare a set of their own.
    mutating func collect(_ dataSet: DataSet, depth: Int = 0) {
        for element in dataSet.elements where size < Self.sizeLimit {
            if element.isSequence {
                guard depth < 32 else { continue }
                for item in element.items where item.record(Tag.specificCharacterSet.rawValue) == nil { collect(item, depth: depth + 1) }
            } else if element.vr.usesCharacterSet, element.contentLength <= Self.textLimit,
                let bytes = element.dataSet.storage.bytes.resident(element.valueOffset, element.contentLength)
            {
                add(bytes, isName: element.vr == .PN)
            }
        }
    }

    /// The set that all texts agree with; nil where none does, or where there is no 8-bit text.
    func recognised() -> RecognisedSet? {
        guard !samples.isEmpty else { return nil }
        if samples.allSatisfy({ $0.bytes.withUnsafeBytes { UTF8Bytes.isValid($0) } }) { return .utf8 }
        var best: (set: RecognisedSet, worth: Double)?
        for set in [RecognisedSet.eucKR, .gb18030, .shiftJIS] {
            guard let worth = worth(of: set), worth >= 0.5, worth > best?.worth ?? 0 else { continue }
            best = (set, worth)
        }
        if let best, best.worth >= 0.75 || !isCyrillic { return best.set }
        return isCyrillic ? .windows1251 : nil
    }

    /// How much the texts look like ones of a double-byte set, 0 to 1; nil where one of them cannot be in it.
    private func worth(of set: RecognisedSet) -> Double? {
        var names = (tried: 0, good: 0)
        var characters = (all: 0, common: 0)
        for sample in samples {
            guard let scalars = set.scalars(sample.bytes) else { return nil }
            let foreign = scalars.filter { $0 >= 0x80 }
            guard foreign.allSatisfy({ set.isExpected($0) }) else { return nil }
            characters.all += foreign.count
            characters.common += foreign.count { set.isCommon($0) }
            if sample.isName, let first = foreign.first {
                names.tried += 1
                if set.startsName(first) { names.good += 1 }
            }
        }
        guard characters.all > 0 else { return nil }
        let common = Double(characters.common) / Double(characters.all)
        return names.tried == 0 ? common : max(common * 0.7, Double(names.good) / Double(names.tried))
    }

    /// Every run of high bytes is a word of Cyrillic letters in code page 1251: no Latin letter touches it, capitals only in front
    /// or everywhere, and some word has more than two letters.
    private var isCyrillic: Bool {
        var longest = 0
        for sample in samples {
            var run: [UInt8] = []
            var before: UInt8 = 0x20
            for byte in sample.bytes + [0x20] {
                if byte >= 0x80 {
                    if run.isEmpty, isLatin(before) { return false }
                    run.append(byte)
                } else if !run.isEmpty {
                    guard !isLatin(byte), isCyrillicWord(run) else { return false }
                    longest = max(longest, run.count)
                    run = []
                }
                before = byte
            }
        }
        return longest > 2
    }

    private func isLatin(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

    private func isCyrillicWord(_ word: [UInt8]) -> Bool {
        let letters = word.allSatisfy { $0 >= 0xC0 || [0xA8, 0xB8, 0xAA, 0xBA, 0xAF, 0xBF, 0xB2, 0xB3, 0xA5, 0xB4].contains($0) }
        let isUpper: (UInt8) -> Bool = { (0xC0...0xDF).contains($0) || [0xA8, 0xAA, 0xAF, 0xB2, 0xA5].contains($0) }
        return letters && (word.allSatisfy(isUpper) || !word.dropFirst().contains(where: isUpper))
    }
}

extension UnsafeRawBufferPointer {
    /// Whether any byte is above 7F, looked at eight at a time.
    var hasEightBitBytes: Bool {
        var offset = 0
        while offset &+ 8 <= count {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return true }
            offset &+= 8
        }
        while offset < count {
            if self[offset] >= 0x80 { return true }
            offset &+= 1
        }
        return false
    }
}

extension UnsafeRawBufferPointer {
    /// Whether any byte is a control character that does not stand in text (PS3.5 section 6.1.3), but for NULs at the end.
    var hasControlBytes: Bool {
        var end = count
        while end > 0, self[end &- 1] == 0 { end &-= 1 }
        return self[0..<end].contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0C && $0 != 0x0D && $0 != 0x1B }
    }
}

/// A character set that was found by looking at all texts of a file.
package enum RecognisedSet: Hashable, Sendable {
    case utf8, eucKR, gb18030, shiftJIS, windows1251

    /// As people write it.
    package var name: StaticString {
        switch self {
        case .utf8: "UTF-8"
        case .eucKR: "EUC-KR"
        case .gb18030: "GBK"
        case .shiftJIS: "Shift-JIS"
        case .windows1251: "Windows-1251"
        }
    }

    var set: SpecificCharacterSet {
        var set = SpecificCharacterSet()
        switch self {
        case .utf8: set.coding = .utf8
        case .eucKR: set.coding = .eucKR
        case .gb18030: set.coding = .gb18030
        case .shiftJIS: set.coding = .shiftJIS
        case .windows1251: set.initialG1 = .windows1251
        }
        return set
    }

    /// All characters of a text; nil where there are other bytes in it.
    fileprivate func scalars(_ bytes: [UInt8]) -> [UInt32]? {
        bytes.withUnsafeBytes { bytes in
            var scalars: [UInt32] = []
            var index = 0
            while index < bytes.count {
                let found: (length: Int, scalar: UInt32)? =
                    switch self {
                    case .eucKR: EUCKR.character(bytes, at: index)
                    case .gb18030: GB18030.character(bytes, at: index)
                    case .shiftJIS: ShiftJIS.character(bytes, at: index)
                    case .utf8, .windows1251: nil
                    }
                guard let found, found.length < 4 else { return nil }
                scalars.append(found.scalar)
                index += found.length
            }
            return scalars
        }
    }

    /// Whether a character is one that texts of this set are made of.
    fileprivate func isExpected(_ scalar: UInt32) -> Bool {
        let isIdeograph = (0x4E00...0x9FFF).contains(scalar)
        let isPunctuation = (0x3000...0x303F).contains(scalar) || (0xFF00...0xFF5E).contains(scalar) || (0x2010...0x2030).contains(scalar)
        switch self {
        case .eucKR: return (0xAC00...0xD7A3).contains(scalar) || isIdeograph || isPunctuation || scalar == 0xB7
        case .gb18030: return isIdeograph || isPunctuation || scalar == 0xB7
        case .shiftJIS: return isIdeograph || isPunctuation || (0x3040...0x30FF).contains(scalar) || (0xFF61...0xFF9F).contains(scalar)
        case .utf8, .windows1251: return false
        }
    }

    fileprivate func isCommon(_ scalar: UInt32) -> Bool {
        switch self {
        case .eucKR: CommonCharacters.hangul.contains(scalar)
        case .gb18030: CommonCharacters.hanzi.contains(scalar)
        case .shiftJIS: (0x3040...0x30FF).contains(scalar) || CommonCharacters.kanji.contains(scalar)
        case .utf8, .windows1251: false
        }
    }

    fileprivate func startsName(_ scalar: UInt32) -> Bool {
        switch self {
        case .eucKR: CommonCharacters.koreanSurnames.contains(scalar)
        case .gb18030: CommonCharacters.chineseSurnames.contains(scalar)
        case .shiftJIS: (0x3040...0x30FF).contains(scalar) || CommonCharacters.japaneseSurnames.contains(scalar)
        case .utf8, .windows1251: false
        }
    }
}

/// Characters that names and descriptions are full of, and that other sets give for the same bytes by chance only.
private enum CommonCharacters {
    static let koreanSurnames = scalars(
        "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구라진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국은편용예경봉사부복태목형두감음빈동온호범좌팽승")
    static let hangul = koreanSurnames.union(
        scalars("가나다라마바사아자차카타파하의는를에과와로대병원학교실검사환자촬영흉뇌척간장혈관정상소견우측상하전후면무단치료암종결절수술일월년성인녀영희철수민준서연지현미숙순자옥호진우석훈은혜경란애선"))
    static let chineseSurnames = scalars(
        """
        王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹\
        熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅\
        莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋甘景单包司柏宁柯阮桂闵解强柴华车冉房边上諸諸葛張劉陳楊趙\
        黃吳孫馬羅鄭謝韓馮蕭鄧許蘇盧蔣賈葉閻餘鍾譚鄒陸顧龍萬錢湯賀賴龔龐蘭嚴溫魯韋畢聶叢莊關歐項陽衛寧華車邊
        """)
    static let hanzi = chineseSurnames.union(
        scalars(
            """
            的一是不了人我在有他中大来上国个到说为子和地出道也时年得就要下以生会自去之过家学对可里后小心多天能好都没日起发成事只作看文无开手十用\
            主行前所本见经头面公同三已老从动两长知民样现分将外但身与意进把法此实回二理美点月明其种声全工话儿者情部正名定女问力机给等几业最间新位因\
            重被走电四第门相次东海口使教西再平真听世气信北少并内加化由代军产入先山五太水市眼体别处总场师书比住员九性通目报立命活难神数件表原应期死常提\
            感更反合放做系计利受光果亲界今京务制各至清物台象记共风战接许八特直服题建南度统色字请交让认算论百义科元社术结六功指思非流每青连远资带花快条院变\
            联言往展领传近留红治决保达办运半七必城父步完革深区求品士转量空众技轻告语英基派满式息识极德收脸始版双历越商千片容研找友站广改形早音火际首导影失网\
            香专校读志飞观争究组造视济喜离伟芳娜秀敏静丽强磊军洋勇艳杰娟涛超霞刚桂兰玉萍鹏辉英梅晓胸腹颅脊柱肝肾肺检查扫增医病男骨盆腰颈膝关节血管
            """))
    static let japaneseSurnames = scalars("佐鈴高田渡伊山中小加吉松井木林清斎斉藤本石前岡長後近村遠青坂福太西三原金岩野上森池橋阿安内宮大今武工酒河増竹丸杉菅市久東新北秋島古谷川水荒大横和平藤原服部")
    static let kanji = japaneseSurnames.union(
        scalars("郎子美一二三太正男夫雄恵由紀香代江枝幸和明隆浩博之義勝弘健病院部胸腹頭頸骨検査医師患者画像診断日月年左右撮影科放射線大学総合単純造影")) 

    private static func scalars(_ text: String) -> Set<UInt32> { Set(text.unicodeScalars.map(\.value).filter { $0 > 0x80 }) }
}
