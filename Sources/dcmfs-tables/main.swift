// dcmfs-tables: writes the dictionary tables of the DICOM module.
//
//     dcmfs-tables FOLDER OUTPUT
//
// FOLDER holds pydicom's _dicom_dict.py, _private_dict.py and _uid_dict.py; OUTPUT is Sources/DICOM/Dictionary/Tables.
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
    let tables: [(file: String, member: String, lines: [String])] = try [
        ("Elements", "elements", elementLines(literals("_dicom_dict.py"))),
        ("PrivateElements", "privateElements", privateLines(literals("_private_dict.py"))),
        ("UIDs", "uids", uidLines(literals("_uid_dict.py"))),
    ]
    for table in tables {
        let file = output.appendingPathComponent("DictionaryTables+\(table.file).swift")
        try swiftSource(member: table.member, lines: table.lines).write(to: file, atomically: true, encoding: .utf8)
        print("\(table.lines.count) lines in \(file.lastPathComponent)")
    }
}

try run()
