// DICOMArchiveTests
