/// The generated tables (`dcmfs-tables`), one `StaticString` of lines each; their files stand in `Tables/`.
enum DictionaryTables {}
