/// Layouts of other programs, by name.
package enum ViewPresets {
    /// Each is one line as in a file of views.
    package static let lines = [
        // NBIA Data Retriever's descriptive directories, without the collection, which the files do not name.
        "nbia": """
        nbia = /{PatientID}/{StudyDate:MM-DD-YYYY|NA}-{StudyID|NA}-{StudyDescription|NA}-{StudyInstanceUID:-5|NA}/\
        {SeriesNumber|NA}.000000-{SeriesDescription|NA}-{SeriesInstanceUID:-5|NA}
        """,
        // idc-index: %PatientID/%StudyInstanceUID/%Modality_%SeriesInstanceUID, without the collection.
        "idc": "idc = /{PatientID}/{StudyInstanceUID}/{Modality}_{SeriesInstanceUID}",
        // The folders in the zip archives that Orthanc makes.
        "orthanc": "orthanc = /{PatientID} {PatientName}/{AccessionNumber} {StudyDescription}/{Modality} {SeriesDescription}",
    ]

    /// The views of a file, one a line; empty lines and lines that begin with `#` do not count.
    /// - Parameter file: what messages call it.
    package static func views(in text: String, file: String) throws(ViewTemplate.Failure) -> [ViewTemplate] {
        var templates: [ViewTemplate] = []
        for (number, line) in lines(of: text).enumerated() {
            guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            do throws(ViewTemplate.Failure) {
                let template = try ViewTemplate(line: String(line))
                guard !templates.contains(where: { $0.foldedName == template.foldedName }) else {
                    throw ViewTemplate.Failure("a view of this name stands above")
                }
                templates.append(template)
            } catch {
                throw ViewTemplate.Failure("\(file):\(number + 1): \(error.description)")
            }
        }
        return templates
    }

    /// Editors of Windows end lines with CR LF, which is one `Character`, and begin files with a byte order mark.
    private static func lines(of text: String) -> [Substring] {
        (text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text)
            .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { $0 }
    }
}
