/// `/with/README.txt`: the grammar of settings.
enum SettingsReadme {
    static let text = Array(
        """
        The whole archive again, drawn as you ask: add the settings to the path.

            with/window=lung/patients/...        with/size=256,show=jpg/patients/...

        Settings are joined by commas, in any order, each at most once:

          window=NAME       \(WindowPreset.all.map(\.name).joined(separator: ", ")): CT images only
                            (\(WindowPreset.all.map { "\($0.name) \(Int($0.center))/\(Int($0.width))" }.joined(separator: ", ")));
                            other images are drawn as without
          window=CENTRE_WIDTH  for example window=40_400, in the image's own units
          window=auto       from the values, whatever the file says
          window=file2      the file's second window; window=file is what you get without settings
          size=N            longest side of N pixels at most (1 to 16384)
          overlays=off      without overlays
          pixels=stored     the matrix as it is stored, where pixels are not square
          show=jpg+txt      these kinds of file only: dcm, png, jpg, txt, icon

        Only some directories are listed here; any other name that follows these rules works, too.
        A name that does not is not there. Colour images have no window.

        """.utf8)
}
