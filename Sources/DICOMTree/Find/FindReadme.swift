import DICOMArchive

/// `/find/README.txt`: the grammar of queries.
enum FindReadme {
    static let text: [UInt8] = {
        var text = """
            Searches by path: each folder name is a condition, and folders inside it add more.

                ls "find/PatientName=doe*/"
                ls "find/Modality=CT/StudyDate=20240101-20240630/"
                rsync -a "find/StudyDescription=*thorax*/Modality=CT/" copy/

            A folder lists the series that meet all its conditions, named after patient, study and series.
            The condition KEYWORD=PATTERN takes

              *  any characters       ?  one character       nothing: the attribute is empty or absent
              %XX  the byte with this hexadecimal code, for what may not stand in a file name (%2F is /)
              StudyDate, PatientBirthDate: 20240131, 2024-01-31, 202401, 2024-01, 2024, or a range:
              20240101-20240630, 20240101-, -2024

            Names, descriptions, manufacturer, protocol and institution are compared without regard to
            upper and lower case; a name also by each of its component groups. Everything else exactly.
            The values are those of the first instance of a patient, study or series that was indexed.

            Keywords:

            """
        for keyword in SearchKeyword.allCases { text += "  \(keyword.rawValue)\n" }
        return Array((text + "\nThe same without a mount: dcmfs find ARCHIVE KEYWORD=PATTERN...\n").utf8)
    }()
}
