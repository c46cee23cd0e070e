// DICOMArchive
