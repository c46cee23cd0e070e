import DICOMArchive

extension LevelledView {
    /// `/names/<Patient's Name>/<study>/<series>/`: one folder a person, as in `/patients`.
    static let names = LevelledView(
        "names", number: 3,
        levels: [
            .patients(named: { (source, name) throws(ArchiveError) in try source.patient(viewNamed: name) }, name: { $0.viewName }),
            .studiesOfPatient,
        ])
}
