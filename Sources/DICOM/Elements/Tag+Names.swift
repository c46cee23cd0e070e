/// File meta information (PS3.10 section 7.1).
extension Tag {
    package static var fileMetaInformationGroupLength: Tag { Tag(0x0002, 0x0000) }
    package static var fileMetaInformationVersion: Tag { Tag(0x0002, 0x0001) }
    package static var mediaStorageSOPClassUID: Tag { Tag(0x0002, 0x0002) }
    package static var mediaStorageSOPInstanceUID: Tag { Tag(0x0002, 0x0003) }
    package static var transferSyntaxUID: Tag { Tag(0x0002, 0x0010) }
    package static var implementationClassUID: Tag { Tag(0x0002, 0x0012) }
    package static var implementationVersionName: Tag { Tag(0x0002, 0x0013) }
    package static var sourceApplicationEntityTitle: Tag { Tag(0x0002, 0x0016) }
}

/// Media directory (PS3.3 Annex F).
extension Tag {
    package static var fileSetID: Tag { Tag(0x0004, 0x1130) }
    package static var offsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity: Tag { Tag(0x0004, 0x1200) }
    package static var offsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity: Tag { Tag(0x0004, 0x1202) }
    package static var fileSetConsistencyFlag: Tag { Tag(0x0004, 0x1212) }
    package static var directoryRecordSequence: Tag { Tag(0x0004, 0x1220) }
    package static var offsetOfTheNextDirectoryRecord: Tag { Tag(0x0004, 0x1400) }
    package static var recordInUseFlag: Tag { Tag(0x0004, 0x1410) }
    package static var offsetOfReferencedLowerLevelDirectoryEntity: Tag { Tag(0x0004, 0x1420) }
    package static var directoryRecordType: Tag { Tag(0x0004, 0x1430) }
    package static var referencedFileID: Tag { Tag(0x0004, 0x1500) }
    package static var referencedSOPClassUIDInFile: Tag { Tag(0x0004, 0x1510) }
    package static var referencedSOPInstanceUIDInFile: Tag { Tag(0x0004, 0x1511) }
    package static var referencedTransferSyntaxUIDInFile: Tag { Tag(0x0004, 0x1512) }
}

/// Identification.
extension Tag {
    package static var specificCharacterSet: Tag { Tag(0x0008, 0x0005) }
    package static var imageType: Tag { Tag(0x0008, 0x0008) }
    package static var recognitionCode: Tag { Tag(0x0008, 0x0010) }
    package static var instanceCreationDate: Tag { Tag(0x0008, 0x0012) }
    package static var instanceCreationTime: Tag { Tag(0x0008, 0x0013) }
    package static var sopClassUID: Tag { Tag(0x0008, 0x0016) }
    package static var sopInstanceUID: Tag { Tag(0x0008, 0x0018) }
    package static var studyDate: Tag { Tag(0x0008, 0x0020) }
    package static var seriesDate: Tag { Tag(0x0008, 0x0021) }
    package static var acquisitionDate: Tag { Tag(0x0008, 0x0022) }
    package static var contentDate: Tag { Tag(0x0008, 0x0023) }
    package static var acquisitionDateTime: Tag { Tag(0x0008, 0x002A) }
    package static var studyTime: Tag { Tag(0x0008, 0x0030) }
    package static var seriesTime: Tag { Tag(0x0008, 0x0031) }
    package static var acquisitionTime: Tag { Tag(0x0008, 0x0032) }
    package static var contentTime: Tag { Tag(0x0008, 0x0033) }
    package static var accessionNumber: Tag { Tag(0x0008, 0x0050) }
    package static var issuerOfAccessionNumberSequence: Tag { Tag(0x0008, 0x0051) }
    package static var modality: Tag { Tag(0x0008, 0x0060) }
    package static var modalitiesInStudy: Tag { Tag(0x0008, 0x0061) }
    package static var conversionType: Tag { Tag(0x0008, 0x0064) }
    package static var presentationIntentType: Tag { Tag(0x0008, 0x0068) }
    package static var manufacturer: Tag { Tag(0x0008, 0x0070) }
    package static var institutionName: Tag { Tag(0x0008, 0x0080) }
    package static var referringPhysicianName: Tag { Tag(0x0008, 0x0090) }
    package static var timezoneOffsetFromUTC: Tag { Tag(0x0008, 0x0201) }
    package static var codeValue: Tag { Tag(0x0008, 0x0100) }
    package static var codingSchemeDesignator: Tag { Tag(0x0008, 0x0102) }
    package static var codeMeaning: Tag { Tag(0x0008, 0x0104) }
    package static var stationName: Tag { Tag(0x0008, 0x1010) }
    package static var studyDescription: Tag { Tag(0x0008, 0x1030) }
    package static var seriesDescription: Tag { Tag(0x0008, 0x103E) }
    package static var performingPhysicianName: Tag { Tag(0x0008, 0x1050) }
    package static var operatorsName: Tag { Tag(0x0008, 0x1070) }
    package static var manufacturerModelName: Tag { Tag(0x0008, 0x1090) }
    package static var referencedStudySequence: Tag { Tag(0x0008, 0x1110) }
    package static var referencedSeriesSequence: Tag { Tag(0x0008, 0x1115) }
    package static var referencedImageSequence: Tag { Tag(0x0008, 0x1140) }
    package static var referencedSOPClassUID: Tag { Tag(0x0008, 0x1150) }
    package static var referencedSOPInstanceUID: Tag { Tag(0x0008, 0x1155) }
    package static var referencedFrameNumber: Tag { Tag(0x0008, 0x1160) }
    package static var derivationDescription: Tag { Tag(0x0008, 0x2111) }
    package static var sourceImageSequence: Tag { Tag(0x0008, 0x2112) }
    package static var anatomicRegionSequence: Tag { Tag(0x0008, 0x2218) }
}

/// Patient.
extension Tag {
    package static var patientName: Tag { Tag(0x0010, 0x0010) }
    package static var patientID: Tag { Tag(0x0010, 0x0020) }
    package static var issuerOfPatientID: Tag { Tag(0x0010, 0x0021) }
    package static var issuerOfPatientIDQualifiersSequence: Tag { Tag(0x0010, 0x0024) }
    package static var typeOfPatientID: Tag { Tag(0x0010, 0x0022) }
    package static var patientBirthDate: Tag { Tag(0x0010, 0x0030) }
    package static var patientBirthTime: Tag { Tag(0x0010, 0x0032) }
    package static var patientSex: Tag { Tag(0x0010, 0x0040) }
    package static var otherPatientIDs: Tag { Tag(0x0010, 0x1000) }
    package static var patientAge: Tag { Tag(0x0010, 0x1010) }
    package static var patientSize: Tag { Tag(0x0010, 0x1020) }
    package static var patientWeight: Tag { Tag(0x0010, 0x1030) }
    package static var patientComments: Tag { Tag(0x0010, 0x4000) }
    package static var patientIdentityRemoved: Tag { Tag(0x0012, 0x0062) }
}

/// Acquisition.
extension Tag {
    package static var contrastBolusAgent: Tag { Tag(0x0018, 0x0010) }
    package static var bodyPartExamined: Tag { Tag(0x0018, 0x0015) }
    package static var scanningSequence: Tag { Tag(0x0018, 0x0020) }
    package static var sliceThickness: Tag { Tag(0x0018, 0x0050) }
    package static var kvp: Tag { Tag(0x0018, 0x0060) }
    package static var repetitionTime: Tag { Tag(0x0018, 0x0080) }
    package static var echoTime: Tag { Tag(0x0018, 0x0081) }
    package static var inversionTime: Tag { Tag(0x0018, 0x0082) }
    package static var magneticFieldStrength: Tag { Tag(0x0018, 0x0087) }
    package static var spacingBetweenSlices: Tag { Tag(0x0018, 0x0088) }
    package static var dataCollectionDiameter: Tag { Tag(0x0018, 0x0090) }
    package static var deviceSerialNumber: Tag { Tag(0x0018, 0x1000) }
    package static var softwareVersions: Tag { Tag(0x0018, 0x1020) }
    package static var protocolName: Tag { Tag(0x0018, 0x1030) }
    package static var reconstructionDiameter: Tag { Tag(0x0018, 0x1100) }
    package static var distanceSourceToDetector: Tag { Tag(0x0018, 0x1110) }
    package static var distanceSourceToPatient: Tag { Tag(0x0018, 0x1111) }
    package static var estimatedRadiographicMagnificationFactor: Tag { Tag(0x0018, 0x1114) }
    package static var gantryDetectorTilt: Tag { Tag(0x0018, 0x1120) }
    package static var exposureTime: Tag { Tag(0x0018, 0x1150) }
    package static var xRayTubeCurrent: Tag { Tag(0x0018, 0x1151) }
    package static var exposure: Tag { Tag(0x0018, 0x1152) }
    package static var imagerPixelSpacing: Tag { Tag(0x0018, 0x1164) }
    package static var frameTime: Tag { Tag(0x0018, 0x1063) }
    package static var frameTimeVector: Tag { Tag(0x0018, 0x1065) }
    package static var frameDelay: Tag { Tag(0x0018, 0x1066) }
    package static var recommendedDisplayFrameRate: Tag { Tag(0x0008, 0x2144) }
    package static var cineRate: Tag { Tag(0x0018, 0x0040) }
    package static var convolutionKernel: Tag { Tag(0x0018, 0x1210) }
    package static var patientPosition: Tag { Tag(0x0018, 0x5100) }
    package static var viewPosition: Tag { Tag(0x0018, 0x5101) }
    package static var sequenceOfUltrasoundRegions: Tag { Tag(0x0018, 0x6011) }
    package static var physicalUnitsXDirection: Tag { Tag(0x0018, 0x6024) }
    package static var physicalUnitsYDirection: Tag { Tag(0x0018, 0x6026) }
    package static var physicalDeltaX: Tag { Tag(0x0018, 0x602C) }
    package static var physicalDeltaY: Tag { Tag(0x0018, 0x602E) }
    package static var nominalScannedPixelSpacing: Tag { Tag(0x0018, 0x2010) }
    package static var pixelSpacingCalibrationType: Tag { Tag(0x0028, 0x0A02) }
}

/// Relationship.
extension Tag {
    package static var studyInstanceUID: Tag { Tag(0x0020, 0x000D) }
    package static var seriesInstanceUID: Tag { Tag(0x0020, 0x000E) }
    package static var studyID: Tag { Tag(0x0020, 0x0010) }
    package static var seriesNumber: Tag { Tag(0x0020, 0x0011) }
    package static var acquisitionNumber: Tag { Tag(0x0020, 0x0012) }
    package static var instanceNumber: Tag { Tag(0x0020, 0x0013) }
    package static var imagePosition: Tag { Tag(0x0020, 0x0030) }
    package static var imageOrientation: Tag { Tag(0x0020, 0x0035) }
    package static var imagePositionPatient: Tag { Tag(0x0020, 0x0032) }
    package static var imageOrientationPatient: Tag { Tag(0x0020, 0x0037) }
    package static var frameOfReferenceUID: Tag { Tag(0x0020, 0x0052) }
    package static var laterality: Tag { Tag(0x0020, 0x0060) }
    package static var imageLaterality: Tag { Tag(0x0020, 0x0062) }
    package static var temporalPositionIdentifier: Tag { Tag(0x0020, 0x0100) }
    package static var numberOfTemporalPositions: Tag { Tag(0x0020, 0x0105) }
    package static var sliceLocation: Tag { Tag(0x0020, 0x1041) }
    package static var imageComments: Tag { Tag(0x0020, 0x4000) }
    package static var stackID: Tag { Tag(0x0020, 0x9056) }
    package static var inStackPositionNumber: Tag { Tag(0x0020, 0x9057) }
    package static var frameContentSequence: Tag { Tag(0x0020, 0x9111) }
    package static var planePositionSequence: Tag { Tag(0x0020, 0x9113) }
    package static var planeOrientationSequence: Tag { Tag(0x0020, 0x9116) }
    package static var concatenationUID: Tag { Tag(0x0020, 0x9161) }
}

/// Image pixel (PS3.3 section C.7.6.3).
extension Tag {
    package static var samplesPerPixel: Tag { Tag(0x0028, 0x0002) }
    package static var photometricInterpretation: Tag { Tag(0x0028, 0x0004) }
    package static var planarConfiguration: Tag { Tag(0x0028, 0x0006) }
    package static var numberOfFrames: Tag { Tag(0x0028, 0x0008) }
    package static var frameIncrementPointer: Tag { Tag(0x0028, 0x0009) }
    package static var rows: Tag { Tag(0x0028, 0x0010) }
    package static var columns: Tag { Tag(0x0028, 0x0011) }
    package static var planes: Tag { Tag(0x0028, 0x0012) }
    package static var ultrasoundColorDataPresent: Tag { Tag(0x0028, 0x0014) }
    package static var pixelSpacing: Tag { Tag(0x0028, 0x0030) }
    package static var pixelAspectRatio: Tag { Tag(0x0028, 0x0034) }
    package static var bitsAllocated: Tag { Tag(0x0028, 0x0100) }
    package static var bitsStored: Tag { Tag(0x0028, 0x0101) }
    package static var highBit: Tag { Tag(0x0028, 0x0102) }
    package static var pixelRepresentation: Tag { Tag(0x0028, 0x0103) }
    package static var smallestImagePixelValue: Tag { Tag(0x0028, 0x0106) }
    package static var largestImagePixelValue: Tag { Tag(0x0028, 0x0107) }
    package static var pixelPaddingValue: Tag { Tag(0x0028, 0x0120) }
    package static var pixelPaddingRangeLimit: Tag { Tag(0x0028, 0x0121) }
    package static var floatPixelPaddingValue: Tag { Tag(0x0028, 0x0122) }
    package static var doubleFloatPixelPaddingValue: Tag { Tag(0x0028, 0x0123) }
    package static var floatPixelPaddingRangeLimit: Tag { Tag(0x0028, 0x0124) }
    package static var doubleFloatPixelPaddingRangeLimit: Tag { Tag(0x0028, 0x0125) }
    package static var qualityControlImage: Tag { Tag(0x0028, 0x0300) }
    package static var burnedInAnnotation: Tag { Tag(0x0028, 0x0301) }
    package static var pixelSpacingCalibrationDescription: Tag { Tag(0x0028, 0x0A04) }
    package static var pixelIntensityRelationship: Tag { Tag(0x0028, 0x1040) }
    package static var pixelIntensityRelationshipSign: Tag { Tag(0x0028, 0x1041) }
    package static var windowCenter: Tag { Tag(0x0028, 0x1050) }
    package static var windowWidth: Tag { Tag(0x0028, 0x1051) }
    package static var rescaleIntercept: Tag { Tag(0x0028, 0x1052) }
    package static var rescaleSlope: Tag { Tag(0x0028, 0x1053) }
    package static var rescaleType: Tag { Tag(0x0028, 0x1054) }
    package static var windowCenterWidthExplanation: Tag { Tag(0x0028, 0x1055) }
    package static var voilutFunction: Tag { Tag(0x0028, 0x1056) }
    package static var redPaletteColorLookupTableDescriptor: Tag { Tag(0x0028, 0x1101) }
    package static var greenPaletteColorLookupTableDescriptor: Tag { Tag(0x0028, 0x1102) }
    package static var bluePaletteColorLookupTableDescriptor: Tag { Tag(0x0028, 0x1103) }
    package static var alphaPaletteColorLookupTableDescriptor: Tag { Tag(0x0028, 0x1104) }
    package static var paletteColorLookupTableUID: Tag { Tag(0x0028, 0x1199) }
    package static var redPaletteColorLookupTableData: Tag { Tag(0x0028, 0x1201) }
    package static var greenPaletteColorLookupTableData: Tag { Tag(0x0028, 0x1202) }
    package static var bluePaletteColorLookupTableData: Tag { Tag(0x0028, 0x1203) }
    package static var alphaPaletteColorLookupTableData: Tag { Tag(0x0028, 0x1204) }
    package static var segmentedRedPaletteColorLookupTableData: Tag { Tag(0x0028, 0x1221) }
    package static var segmentedGreenPaletteColorLookupTableData: Tag { Tag(0x0028, 0x1222) }
    package static var segmentedBluePaletteColorLookupTableData: Tag { Tag(0x0028, 0x1223) }
    package static var storedValueColorRangeSequence: Tag { Tag(0x0028, 0x1230) }
    package static var iccProfile: Tag { Tag(0x0028, 0x2000) }
    package static var colorSpace: Tag { Tag(0x0028, 0x2002) }
    package static var lossyImageCompression: Tag { Tag(0x0028, 0x2110) }
    package static var lossyImageCompressionRatio: Tag { Tag(0x0028, 0x2112) }
    package static var lossyImageCompressionMethod: Tag { Tag(0x0028, 0x2114) }
    package static var modalityLUTSequence: Tag { Tag(0x0028, 0x3000) }
    package static var lutDescriptor: Tag { Tag(0x0028, 0x3002) }
    package static var lutExplanation: Tag { Tag(0x0028, 0x3003) }
    package static var modalityLUTType: Tag { Tag(0x0028, 0x3004) }
    package static var lutData: Tag { Tag(0x0028, 0x3006) }
    package static var voilutSequence: Tag { Tag(0x0028, 0x3010) }
    package static var softcopyVOILUTSequence: Tag { Tag(0x0028, 0x3110) }
    package static var representativeFrameNumber: Tag { Tag(0x0028, 0x6010) }
    package static var frameNumbersOfInterest: Tag { Tag(0x0028, 0x6020) }
    package static var maskSubtractionSequence: Tag { Tag(0x0028, 0x6100) }
    package static var dataPointRows: Tag { Tag(0x0028, 0x9001) }
    package static var dataPointColumns: Tag { Tag(0x0028, 0x9002) }
}

/// Functional groups (PS3.3 section C.7.6.16).
extension Tag {
    package static var sharedFunctionalGroupsSequence: Tag { Tag(0x5200, 0x9229) }
    package static var perFrameFunctionalGroupsSequence: Tag { Tag(0x5200, 0x9230) }
    package static var pixelMeasuresSequence: Tag { Tag(0x0028, 0x9110) }
    package static var frameVOILUTSequence: Tag { Tag(0x0028, 0x9132) }
    package static var pixelValueTransformationSequence: Tag { Tag(0x0028, 0x9145) }
    package static var frameAnatomySequence: Tag { Tag(0x0020, 0x9071) }
    package static var ctImageFrameTypeSequence: Tag { Tag(0x0018, 0x9329) }
    package static var usImageDescriptionSequence: Tag { Tag(0x0018, 0x9806) }
    package static var mrImageFrameTypeSequence: Tag { Tag(0x0018, 0x9226) }
    package static var dimensionIndexSequence: Tag { Tag(0x0020, 0x9222) }
    package static var dimensionIndexValues: Tag { Tag(0x0020, 0x9157) }
    package static var dimensionOrganizationType: Tag { Tag(0x0020, 0x9311) }
    package static var realWorldValueMappingSequence: Tag { Tag(0x0040, 0x9096) }
    package static var realWorldValueFirstValueMapped: Tag { Tag(0x0040, 0x9216) }
    package static var realWorldValueLastValueMapped: Tag { Tag(0x0040, 0x9211) }
    package static var realWorldValueIntercept: Tag { Tag(0x0040, 0x9224) }
    package static var realWorldValueSlope: Tag { Tag(0x0040, 0x9225) }
    package static var measurementUnitsCodeSequence: Tag { Tag(0x0040, 0x08EA) }
}

/// Presentation.
extension Tag {
    package static var presentationLUTSequence: Tag { Tag(0x2050, 0x0010) }
    package static var presentationLUTShape: Tag { Tag(0x2050, 0x0020) }
    package static var pixelPresentation: Tag { Tag(0x0008, 0x9205) }
    package static var complexImageComponent: Tag { Tag(0x0008, 0x9208) }
}

/// Nuclear medicine, PET.
extension Tag {
    package static var units: Tag { Tag(0x0054, 0x1001) }
    package static var decayCorrection: Tag { Tag(0x0054, 0x1102) }
    package static var energyWindowVector: Tag { Tag(0x0054, 0x0010) }
    package static var detectorVector: Tag { Tag(0x0054, 0x0020) }
    package static var sliceVector: Tag { Tag(0x0054, 0x0080) }
}

/// Whole slide.
extension Tag {
    package static var totalPixelMatrixColumns: Tag { Tag(0x0048, 0x0006) }
    package static var totalPixelMatrixRows: Tag { Tag(0x0048, 0x0007) }
    package static var opticalPathSequence: Tag { Tag(0x0048, 0x0105) }
    package static var planePositionSlideSequence: Tag { Tag(0x0048, 0x021A) }
    package static var columnPositionInTotalImagePixelMatrix: Tag { Tag(0x0048, 0x021E) }
    package static var rowPositionInTotalImagePixelMatrix: Tag { Tag(0x0048, 0x021F) }
    package static var zOffsetInSlideCoordinateSystem: Tag { Tag(0x0040, 0x074A) }
    package static var opticalPathIdentificationSequence: Tag { Tag(0x0048, 0x0207) }
    package static var opticalPathIdentifier: Tag { Tag(0x0048, 0x0106) }
    package static var recommendedAbsentPixelCIELabValue: Tag { Tag(0x0048, 0x0015) }
    package static var segmentIdentificationSequence: Tag { Tag(0x0062, 0x000A) }
    package static var totalPixelMatrixOriginSequence: Tag { Tag(0x0048, 0x0008) }
}

/// Segmentation, structured reports, documents.
extension Tag {
    package static var segmentationType: Tag { Tag(0x0062, 0x0001) }
    package static var segmentationFractionalType: Tag { Tag(0x0062, 0x0010) }
    package static var maximumFractionalValue: Tag { Tag(0x0062, 0x000E) }
    package static var segmentSequence: Tag { Tag(0x0062, 0x0002) }
    package static var segmentNumber: Tag { Tag(0x0062, 0x0004) }
    package static var segmentLabel: Tag { Tag(0x0062, 0x0005) }
    package static var recommendedDisplayCIELabValue: Tag { Tag(0x0062, 0x000D) }
    package static var referencedSegmentNumber: Tag { Tag(0x0062, 0x000B) }
    package static var valueType: Tag { Tag(0x0040, 0xA040) }
    package static var conceptNameCodeSequence: Tag { Tag(0x0040, 0xA043) }
    package static var contentSequence: Tag { Tag(0x0040, 0xA730) }
    package static var completionFlag: Tag { Tag(0x0040, 0xA491) }
    package static var verificationFlag: Tag { Tag(0x0040, 0xA493) }
    package static var iconImageSequence: Tag { Tag(0x0088, 0x0200) }
    package static var encapsulatedDocument: Tag { Tag(0x0042, 0x0011) }
    package static var encapsulatedDocumentLength: Tag { Tag(0x0042, 0x0015) }
    package static var mimeTypeOfEncapsulatedDocument: Tag { Tag(0x0042, 0x0012) }
    package static var documentTitle: Tag { Tag(0x0042, 0x0010) }
}

/// Radiotherapy.
extension Tag {
    package static var doseGridScaling: Tag { Tag(0x3004, 0x000E) }
    package static var doseUnits: Tag { Tag(0x3004, 0x0002) }
    package static var doseType: Tag { Tag(0x3004, 0x0004) }
    package static var doseSummationType: Tag { Tag(0x3004, 0x000A) }
    package static var rtImageLabel: Tag { Tag(0x3002, 0x0002) }
    package static var rtPlanLabel: Tag { Tag(0x300A, 0x0002) }
    package static var structureSetLabel: Tag { Tag(0x3006, 0x0002) }
    package static var roiContourSequence: Tag { Tag(0x3006, 0x0039) }
    package static var structureSetROISequence: Tag { Tag(0x3006, 0x0020) }
    package static var beamSequence: Tag { Tag(0x300A, 0x00B0) }
    package static var fractionGroupSequence: Tag { Tag(0x300A, 0x0070) }
    package static var gridFrameOffsetVector: Tag { Tag(0x3004, 0x000C) }
}

/// Waveforms.
extension Tag {
    package static var waveformSequence: Tag { Tag(0x5400, 0x0100) }
    package static var numberOfWaveformChannels: Tag { Tag(0x003A, 0x0005) }
    package static var numberOfWaveformSamples: Tag { Tag(0x003A, 0x0010) }
    package static var samplingFrequency: Tag { Tag(0x003A, 0x001A) }
    package static var channelDefinitionSequence: Tag { Tag(0x003A, 0x0200) }
    package static var waveformBitsAllocated: Tag { Tag(0x5400, 0x1004) }
    package static var waveformSampleInterpretation: Tag { Tag(0x5400, 0x1006) }
    package static var waveformData: Tag { Tag(0x5400, 0x1010) }
}

/// Pixel data.
extension Tag {
    package static var extendedOffsetTable: Tag { Tag(0x7FE0, 0x0001) }
    package static var extendedOffsetTableLengths: Tag { Tag(0x7FE0, 0x0002) }
    package static var encapsulatedPixelDataValueTotalLength: Tag { Tag(0x7FE0, 0x0003) }
    package static var floatPixelData: Tag { Tag(0x7FE0, 0x0008) }
    package static var doubleFloatPixelData: Tag { Tag(0x7FE0, 0x0009) }
    package static var pixelData: Tag { Tag(0x7FE0, 0x0010) }
    package static var digitalSignaturesSequence: Tag { Tag(0xFFFA, 0xFFFA) }
    package static var dataSetTrailingPadding: Tag { Tag(0xFFFC, 0xFFFC) }
}

/// Repeating groups (PS3.5 section 7.6); add the group to the first one's.
extension Tag {
    /// First overlay group (PS3.3 section C.9.2); the last is 601E.
    package static let overlayGroup: UInt16 = 0x6000
    package static var overlayRows: Tag { Tag(0x6000, 0x0010) }
    package static var overlayColumns: Tag { Tag(0x6000, 0x0011) }
    package static var numberOfFramesInOverlay: Tag { Tag(0x6000, 0x0015) }
    package static var overlayType: Tag { Tag(0x6000, 0x0040) }
    package static var overlayOrigin: Tag { Tag(0x6000, 0x0050) }
    package static var imageFrameOrigin: Tag { Tag(0x6000, 0x0051) }
    package static var overlayBitsAllocated: Tag { Tag(0x6000, 0x0100) }
    package static var overlayBitPosition: Tag { Tag(0x6000, 0x0102) }
    package static var overlayData: Tag { Tag(0x6000, 0x3000) }
}

/// Structure (PS3.5 section 7.5).
extension Tag {
    package static var item: Tag { Tag(0xFFFE, 0xE000) }
    package static var itemDelimitationItem: Tag { Tag(0xFFFE, 0xE00D) }
    package static var sequenceDelimitationItem: Tag { Tag(0xFFFE, 0xE0DD) }
}
