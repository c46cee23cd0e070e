// dcmfs-tables: writes the dictionary tables of the DICOM module: dictionary and character sets.
//
//     dcmfs-tables FOLDER OUTPUT
//
// FOLDER holds pydicom's _dicom_dict.py, _private_dict.py and _uid_dict.py; OUTPUT is Sources/DICOM. The tables of character
// sets come from the C library's iconv.
// The output is checked in; run this again when a newer dictionary is wanted.
import Foundation

func run() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
        FileHandle.standardError.write(Data("usage: dcmfs-tables FOLDER OUTPUT\n".utf8))
        exit(2)
    }
    let source = URL(fileURLWithPath: arguments[1], isDirectory: true)
    let output = URL(fileURLWithPath: arguments[2], isDirectory: true)
    func literals(_ name: String) throws -> [PythonToken] {
        try pythonTokens(String(contentsOf: source.appendingPathComponent(name), encoding: .utf8))
    }
    let dictionaries: [(file: String, member: String, lines: [String])] = try [
        ("Elements", "elements", elementLines(literals("_dicom_dict.py"))),
        ("PrivateElements", "privateElements", privateLines(literals("_private_dict.py"))),
        ("UIDs", "uids", uidLines(literals("_uid_dict.py"))),
    ]
    func write(_ type: String, _ file: String, _ member: String, _ origin: String, _ lines: [String]) throws {
        try swiftSource(type: type, member: member, origin: origin, lines: lines)
            .write(to: output.appendingPathComponent(file), atomically: true, encoding: .utf8)
        print("\(file): \(lines.count) lines")
    }
    for table in dictionaries {
        let origin = "the dictionaries of pydicom 3.0.2 (MIT licence; private elements from GDCM, BSD licence)"
        try write("DictionaryTables", "Dictionary/Tables/DictionaryTables+\(table.file).swift", table.member, origin, table.lines)
    }
    for page in codePages {
        let file = "Encoding/Tables/CharacterTables+\(page.member).swift"
        try write("CharacterTables", file, page.member, "iconv's \(page.encoding)", codePageLines(page))
    }
}

try run()
