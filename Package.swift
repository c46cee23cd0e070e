// swift-tools-version: 6.2
import PackageDescription

/// `mountscripts/fuzz` sets this: the fuzzing program needs the sanitizers' run time, which no ordinary build links.
let isFuzzing = Context.environment["DCMFS_FUZZ"] != nil

/// `mountscripts/test --tsan` sets this: the locks of such a build are ones that ThreadSanitizer knows.
let isRaceChecked = Context.environment["DCMFS_TSAN"] != nil

/// One set of rules for every Swift target of ours: Swift 6 mode, explicit imports and existentials, no warnings.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]
let cRules: [CSetting] = [.treatAllWarnings(as: .error)]

func swift(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")

let fuzzing: [Target] = [
    .executableTarget(
        name: "dcmfs-fuzz", dependencies: ["FuzzTargets", "DICOM", "TestSupport"], path: "Tests/Fuzz/Program",
        swiftSettings: settings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
]

let package = Package(
    name: "dcmfs",
    products: [
        .executable(name: "dcmfs", targets: ["dcmfs"]),
        .executable(name: "dcmfs-worker", targets: ["dcmfs-worker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        // C, one thin target per library
        .systemLibrary(name: "CFUSE3", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CJPEG", cSettings: cRules, linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPNG", cSettings: cRules, linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
        .target(name: "COpenJPEG", cSettings: cRules, linkerSettings: [.linkedLibrary("openjp2")]),
        .target(name: "CCharLS", cSettings: cRules, linkerSettings: [.linkedLibrary("charls")]),
        // JPEG XL is built in where pkg-config knows libjxl.
        .systemLibrary(name: "CLibJXL", pkgConfig: "libjxl", providers: [.apt(["libjxl-dev"])]),
        .target(name: "CJXL", dependencies: ["CLibJXL"], cSettings: cRules),
        .target(name: "CLinux", cSettings: cRules),
        .target(name: "CSQLite", cSettings: cRules, linkerSettings: [.linkedLibrary("sqlite3")]),

        .target(name: "Locks", swiftSettings: settings + (isRaceChecked ? [.define("DCMFS_TSAN")] : [])),

        // the standard, the pictures, the index, the tree
        swift("DICOM", ["CZlib"]),
        swift("DICOMImaging", ["DICOM", "CJPEG", "CPNG", "COpenJPEG", "CCharLS", "CJXL", "CZlib"]),
        swift("DICOMArchive", ["DICOM", "CCrypto", "CLinux", "CSQLite", "Locks", grdb, sqlite, system]),
        swift("DICOMTree", ["DICOM", "DICOMArchive", "CLinux", "Locks", system]),
        swift("WorkerProtocol", ["DICOM", "CLinux"]),
        swift("Workers", ["DICOM", "WorkerProtocol", "CLinux", "Locks", system]),
        swift("FUSE", ["CFUSE3", "CLinux", "Locks", system]),

        // programs
        program(
            "dcmfs",
            [
                "DICOM", "DICOMArchive", "DICOMTree", "FUSE", "Locks", "Workers", "WorkerProtocol", "CLinux", "CZlib", argumentParser, logging,
                system,
            ]),
        program("dcmfs-worker", ["DICOM", "DICOMImaging", "WorkerProtocol", "CLinux"]),
        program("dcmfs-tables", []),
        program("dcmfs-bench", ["DICOM", "DICOMArchive", "DICOMImaging", "CLinux"]),

        // tests
        .target(
            name: "TestSupport", dependencies: ["DICOM", "CZlib", system], path: "Tests/TestSupport", swiftSettings: settings),
        tests("DICOMTests", ["DICOM"]),
        .target(
            name: "FuzzTargets", dependencies: ["DICOM", "DICOMImaging", "TestSupport"], path: "Tests/Fuzz/Targets", swiftSettings: settings),
        tests("DICOMImagingTests", ["DICOM", "DICOMImaging", "CCrypto", "CLinux", "CPNG", "CZlib", "FuzzTargets"]),
        tests("DICOMArchiveTests", ["DICOM", "DICOMArchive", "Locks", grdb, system]),
        tests("DICOMTreeTests", ["DICOM", "DICOMArchive", "DICOMTree", "Locks", system]),
        tests("WorkersTests", ["DICOM", "WorkerProtocol", "Workers", system]),
        // a disk that fails on demand
        .executableTarget(name: "dcmfs-faultfs", dependencies: ["CFUSE3"], path: "Tests/FaultFilesystem", cSettings: cRules),
        tests("MountTests", ["DICOM", "DICOMArchive", "FUSE", "Locks", system]),
        tests("CommandTests", ["DICOM", system]),
    ] + (isFuzzing ? fuzzing : [])
)
