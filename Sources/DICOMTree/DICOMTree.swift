// DICOMTree
