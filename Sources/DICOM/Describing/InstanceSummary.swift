/// What one parsed file contributes to the index: identity, place in the tree, previews, header text.
///
/// Text values are decoded to UTF-8 by the file's Specific Character Set and stripped of leading and trailing spaces and
/// NULs; bytes that could not be decoded stand as they are (so the bytes may not be valid UTF-8): two different values
/// never become equal. An absent and an empty attribute are both an empty array.
package struct InstanceSummary: Hashable, Sendable {
    package var patientID: [UInt8] = []
    package var issuerOfPatientID: [UInt8] = []
    /// All component groups, joined with `=` as in the file.
    package var patientName: [UInt8] = []
    package var patientBirthDate: [UInt8] = []
    package var patientSex: [UInt8] = []

    package var studyInstanceUID: [UInt8] = []
    package var studyDate: [UInt8] = []
    package var studyTime: [UInt8] = []
    package var studyID: [UInt8] = []
    package var studyDescription: [UInt8] = []
    package var accessionNumber: [UInt8] = []

    package var seriesInstanceUID: [UInt8] = []
    package var seriesNumber: [UInt8] = []
    package var seriesDescription: [UInt8] = []
    package var modality: [UInt8] = []
    package var bodyPartExamined: [UInt8] = []
    package var manufacturer: [UInt8] = []
    package var manufacturerModelName: [UInt8] = []
    package var protocolName: [UInt8] = []
    package var institutionName: [UInt8] = []

    package var sopInstanceUID: [UInt8] = []
    package var sopClassUID: [UInt8] = []
    package var instanceNumber: [UInt8] = []
    /// `OrderKey`; empty where it was not made.
    package var orderKey: [UInt8] = []
    package var transferSyntaxUID: [UInt8] = []

    package var pictureState: PictureState = .none
    /// Set exactly when `pictureState` is `.available`.
    package var picture: PictureDescription?
    /// The Icon Image, where the pixels themselves cannot be drawn.
    package var icon: PictureDescription?
    /// One line that names what is missing or wrong; empty when the picture is available or there are no pixels.
    package var pictureProblem: String = ""

    /// Exact byte length of the header text (`HeaderText.formatVersion`).
    package var headerTextLength: Int = 0
    /// Damage of the file that did not keep it from being shown: what ended or interrupted the reading of its header, and
    /// pixel data that the file's end cuts. At most `headerProblemLimit`.
    package var headerProblems: [DICOMError] = []
    package static let headerProblemLimit = 4
    /// Codes of what the reader forgave, in order, without repeats (e.g. "no-preamble", "wrong-vr").
    package var forgiven: [String] = []

    package init() {}
}

/// What the ingest of one file came to.
package enum IngestOutcome: Hashable, Sendable {
    /// An instance for the tree. Indirect: it is handed on many times, and a copy of its many values would cost more than the box.
    indirect case instance(InstanceSummary)
    /// A media directory: shown by its records, not as an instance.
    case mediaDirectory(MediaDirectorySummary)
    /// Not shown, with the reason. `.notDICOM` means "counted, not an error".
    case setAside(DICOMError)
}

/// The records of a DICOMDIR that name files (PS3.3 Annex F, PS3.10 section 8).
package struct MediaDirectorySummary: Hashable, Sendable {
    package struct Reference: Hashable, Sendable {
        /// Referenced File ID (0004,1500), its components as bytes.
        package var fileID: [[UInt8]]
        /// Referenced SOP Instance UID in File (0004,1511).
        package var sopInstanceUID: [UInt8]
        /// Directory Record Type (0004,1430), e.g. IMAGE.
        package var recordType: [UInt8]

        package init(fileID: [[UInt8]], sopInstanceUID: [UInt8], recordType: [UInt8]) {
            self.fileID = fileID
            self.sopInstanceUID = sopInstanceUID
            self.recordType = recordType
        }
    }
    package var references: [Reference]
    package var recordCount: Int
    /// Loops, wild offsets, records outside the tree: reported, never followed.
    package var problems: [DICOMError]

    package init(references: [Reference] = [], recordCount: Int = 0, problems: [DICOMError] = []) {
        self.references = references
        self.recordCount = recordCount
        self.problems = problems
    }
}
