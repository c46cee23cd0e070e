// DICOMImagingTests
