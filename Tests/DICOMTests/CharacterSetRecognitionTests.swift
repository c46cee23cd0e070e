import DICOM
import TestSupport
import Testing

/// PS3.3 C.12.1.1.2 knows sixteen sets; files know more names, forget to give one, or give the wrong one.
@Suite("Character sets that are not declared as the standard wants")
struct CharacterSetRecognitionTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }

    private func file(_ set: String?, name: String, description: String = "") throws -> Part10File {
        var writer = DICOMWriter()
        if let set { writer.element(.specificCharacterSet, .CS, set) }
        writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
        writer.element(.sopInstanceUID, .UI, "1.2.3.4.5")
        func padded(_ hexadecimal: String) -> [UInt8] { hexadecimal.count.isMultiple(of: 4) ? bytes(hexadecimal) : bytes(hexadecimal) + [0x20] }
        if !description.isEmpty { writer.element(.studyDescription, .LO, padded(description)) }
        writer.element(.patientName, .PN, padded(name))
        return try Part10File.open(MemoryProvider(writer.part10()))
    }

    private func name(_ file: Part10File) -> String { String(decoding: file.dataSet.key(.patientName) ?? [], as: UTF8.self) }

    @Test(arguments: [
        ("EUC-KR", "b1e8bfb5c8f1", "김영희"),
        ("KS X 1001", "b9dac3b6bcf6", "박철수"),
        ("KS_C_5601-1987", "c8abb1e6b5bf", "홍길동"),
        ("CP949", "bc848c63", "펲똠"),
        ("GB2312", "cdf55ed0a1b6ab", "王^小东"),
        ("EUC-CN", "c0ee5ec3f7", "李^明"),
        ("ISO-8859-5", "bfd5e2e0ded25ebff1e2e0", "Петров^Пётр"),
        ("ISO_8859-7", "c4e9efedf5f3e9eff2", "Διονυσιος"),
        ("ISO8859-2", "5761b3ea7361", "Wałęsa"),
        ("WINDOWS-1251", "c8e2e0edeee25ea8e6", "Иванов^Ёж"),
        ("cp1251", "afe6e0ea", "Їжак"),
        ("Windows-1252", "4dfc6c6c657293", "Müller“"),
        ("windows-1250", "8a9d6173746efd", "Šťastný"),
        ("KOI8-R", "f0c5d4d2cfd7", "Петров"),
        ("SHIFT_JIS", "8e5293635e91be9859", "山田^太郎"),
        ("SJIS", "955c8ea65e835c", "表示^ソ"),
        ("Windows-31J", "eee0ed958740", "髙﨑①"),
        ("EUC-JP", "bbb3c5c45e8ec08edb8eb3", "山田^ﾀﾛｳ"),
        ("UTF-8", "4dc3bc6c6c6572", "Müller"),
        ("LATIN1", "4dfc6c6c6572", "Müller"),
    ])
    func `A name of a set that the standard does not have is understood`(_ set: String, _ hexadecimal: String, _ expected: String) throws {
        #expect(name(try file(set, name: hexadecimal)) == expected)
    }

    @Test(arguments: [
        ("\\ISO 2022 IR 100", "4dfc6c6c65725e4afc7267656e", "Müller^Jürgen"),
        ("\\ISO 2022 IR 144", "bfd5e2e0ded25ebff1e2e0", "Петров^Пётр"),
        ("ISO 2022 IR 6\\ISO 2022 IR 101", "5761b3ea7361", "Wałęsa"),
        ("\\ISO_IR 126", "c4e9efedf5f3e9eff2", "Διονυσιος"),
        ("\\ISO 2022 IR 149", "b1e8bfb5c8f1", "김영희"),
        ("\\ISO 2022 IR 58", "c0ee3dc3f7", "李=明"),
        ("\\ISO_IR 192", "d096d183d0ba", "Жук"),
        ("\\GB18030", "cdf55ed0a1b6ab", "王^小东"),
        ("\\ISO 2022 IR 13", "d4cfc0de", "ﾔﾏﾀﾞ"),
        ("\\EUC-KR", "b1e8bfb5c8f1", "김영희"),
    ])
    func `A set declared as a later value is the one of bytes without an escape`(_ set: String, _ hexadecimal: String, _ expected: String) throws {
        #expect(name(try file(set, name: hexadecimal)) == expected)
    }

    @Test(arguments: [
        ("ISO_IR 13", "d4cfc0de5ec0dbb33d8e5293635e91be98593d82e282dc82be5e82bd82eb82a4", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        ("ISO 2022 IR 13\\ISO 2022 IR 87", "eee08bb43d955c8ea6", "髙橋=表示"),
        ("ISO_IR 13", "ed958e525e8740", "﨑山^①"),
        ("\\ISO 2022 IR 87", "1b24422d211b2842", "①"),
        ("\\ISO 2022 IR 87", "1b24427c6236361b2842", "髙橋"),
    ])
    func `Shift-JIS below a declaration of katakana is read, kanji of NEC and IBM too`(_ set: String, _ hexadecimal: String, _ expected: String) throws {
        #expect(name(try file(set, name: hexadecimal)) == expected)
    }

    @Test(arguments: [
        ("b1e8bfb5c8f1", "c8e4bace20c3d4bfb5", "김영희", "EUC-KR"),
        ("c0cc5eb9cebcf6", "", "이^민수", "EUC-KR"),
        ("cdf55ed0a1b6ab", "d0d8b2bfbcecb2e9", "王^小东", "GBK"),
        ("c0eec3f7", "", "李明", "GBK"),
        ("8f885e82a5", "", "張^偉", "GBK"),
        ("c8e2e0edeee25ec8e2e0ed", "c3f0f3e4ede0ff20eaebe5f2eae0", "Иванов^Иван", "Windows-1251"),
        ("c8c2c0cdcec25ecfa8d2d0", "", "ИВАНОВ^ПЁТР", "Windows-1251"),
        ("d8e5e2f7e5edeaee", "", "Шевченко", "Windows-1251"),
        ("4dc3bc6c6c65725e4ac3bc7267656e", "", "Müller^Jürgen", "UTF-8"),
        ("eab980ec9881ed9dac", "", "김영희", "UTF-8"),
        ("8e5293635e91be9859", "8bb9959492508f838e428965", "山田^太郎", "Shift-JIS"),
    ])
    func `A set that all texts of a file agree with is recognised, and that is said`(
        _ hexadecimal: String, _ description: String, _ expected: String, _ set: String
    ) throws {
        let file = try file(nil, name: hexadecimal, description: description)
        let summary = InstanceSummarizer.summary(of: file)
        #expect(String(decoding: summary.patientName, as: UTF8.self) == expected)
        #expect(file.recognisedCharacterSet.map { "\($0.name)" } == set)
        #expect(summary.forgiven.contains("character-set"))
    }

    @Test(arguments: [
        ("4dfc6c6c65725e4afc7267656e", "", "Müller^Jürgen"),
        ("4efaf1657a5e4a6f73e9", "54f3726178", "Núñez^José"),
        ("c5737472f66d5ed66c756e64", "4272f67374", "Åström^Ölund"),
        ("c97269635ed175f1657a", "", "Éric^Ñuñez"),
    ])
    func `Texts that could be anything are read as ISO 8859-1, and nothing is claimed`(
        _ hexadecimal: String, _ description: String, _ expected: String
    ) throws {
        let file = try file(nil, name: hexadecimal, description: description)
        #expect(name(file) == expected)
        #expect(file.recognisedCharacterSet == nil)
    }

    @Test func `A byte order mark is no part of a name, whatever is declared`() throws {
        for set in [nil, "ISO_IR 192", "ISO_IR 100", "GB18030"] {
            #expect(name(try file(set, name: "efbbbf" + "4dc3bc6c6c65725e4ac3bc7267656e")) == "Müller^Jürgen")
        }
    }
}
