// DICOMTests
