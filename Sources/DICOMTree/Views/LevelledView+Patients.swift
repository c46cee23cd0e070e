import DICOMArchive

extension LevelledView {
    /// `/patients/<ID>/<study>/<series>/`: the main view.
    static let patients = LevelledView(
        "patients", number: 1,
        levels: [
            .patients(named: { (source, name) throws(ArchiveError) in try source.patient(named: name) }, name: { $0.name }),
            .studiesOfPatient,
        ])
}
