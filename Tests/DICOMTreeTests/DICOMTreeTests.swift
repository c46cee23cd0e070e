// DICOMTreeTests
