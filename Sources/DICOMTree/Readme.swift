import DICOMArchive

/// `/README.txt`: what this is, how to use it, counts. No patient data.
enum Readme {
    static let name = Array("README.txt".utf8)

    static func text(_ counts: ArchiveTotals, shown: [any Rendition], views: [any View]) -> [UInt8] {
        var text = """
            This folder shows a DICOM archive as ordinary files. It is read-only: nothing here can
            be changed, and no source file is ever written.

            \(count(counts.patients, "patient", "patients")), \(count(counts.studies, "study", "studies")), \
            \(counts.series) series, \(count(counts.instances, "instance", "instances"))

            patients/<Patient ID>/<study>/<series>/ holds for each instance

            """
        for rendition in shown { text += "  \(explanation(rendition))\n" }
        text += """

            The instance number names the files, so that their order is that of acquisition. A ~ and
            letters behind a name keep apart what would otherwise have the same name.

            What a file does not say has one word for each kind: _NOID (no Patient ID), _NONAME (no
            Patient's Name), 0000-00-00 (no Study Date), _NONE (no accession number, no modality), noNumber
            (no Instance Number), noUID (no UID), study and series (nothing that names one). In a .txt the
            line of an attribute without a value ends behind its = sign, and its summary leaves it out.

            The same files stand in names/ (by Patient's Name), dates/ (by Study Date), modalities/,
            accessions/ and uids/: each instance once in every one of them, so search or copy one.

            Not for diagnosis: the pictures are previews in 8 bits, made by software that is no medical
            device. Diagnose from the DICOM files, with a viewer that is approved for it.

            problems/ lists what could not be shown as an instance, and why. A file that is gone or
            was changed since it was indexed stays listed and gives an error when it is read.

            with/<settings>/ is all of this again, drawn as you ask, for example with/window=lung/ or
            with/size=256/. It is not listed here, but there: see with/README.txt.

            find/Modality=CT/StudyDate=2024/ holds the series that meet these conditions; it is not listed
            here, either: see find/README.txt.

            Useful: grep -r "PatientName" patients     find . -name "*.png"     rsync -a patients/ copy/

            """
        return Array(text.utf8)
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    private static func explanation(_ rendition: any Rendition) -> String {
        switch rendition.label {
        case "dcm": "NNNNN.dcm      the DICOM file itself, byte for byte"
        case "png": "NNNNN.png      its picture, 8 bits a channel, lossless (NNNNN.frames/ has every frame)"
        case "jpg": "NNNNN.jpg      the same picture as JPEG"
        case "icon": "NNNNN.icon.png a small picture that the file carries, where its pixels cannot be drawn (video)"
        case "txt": "NNNNN.txt      its header as text: a summary behind # signs, then one attribute a line"
        default: "NNNNN\(String(decoding: rendition.suffix, as: UTF8.self))"
        }
    }
}
