// swift-tools-version: 6.2
import PackageDescription

/// Every engine target: Swift 6 mode, warnings are errors.
let engine: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let package = Package(
    name: "kith",
    products: [
        .library(name: "Kith", targets: ["Kith"]),
        .library(name: "KithCRM", targets: ["KithCRM"]),
        .library(name: "KithStorage", targets: ["KithStorage"]),
        .executable(name: "kith", targets: ["KithCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .target(name: "CShims"),
        .target(name: "KithStorage", dependencies: ["CShims"], swiftSettings: engine),
        .target(name: "KithValues", dependencies: ["CShims"], swiftSettings: engine),
        .target(name: "KithLanguage", swiftSettings: engine),
        .target(
            name: "KithGraph",
            dependencies: ["KithStorage", "KithValues", "CShims", "CZstd", "CZlib"],
            swiftSettings: engine),
        .target(
            name: "KithQuery", dependencies: ["KithGraph", "KithValues", "KithLanguage", "CShims"],
            swiftSettings: engine),
        .target(
            name: "Kith", dependencies: ["KithQuery", "KithGraph", "KithValues"],
            swiftSettings: engine),
        .target(name: "KithCRM", dependencies: ["Kith"], swiftSettings: engine),
        .executableTarget(
            name: "KithCLI",
            dependencies: [
                "KithCRM", "Kith", "KithGraph", "KithLanguage", "CReadline", "CShims",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: engine),
        .target(
            name: "KithTestSupport", dependencies: ["KithStorage", "KithValues"],
            path: "Tests/KithTestSupport", swiftSettings: engine),
        .testTarget(
            name: "KithStorageTests", dependencies: ["KithStorage", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "SimulationTests", dependencies: ["KithStorage", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithValuesTests", dependencies: ["KithValues", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithLanguageTests", dependencies: ["KithLanguage", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithGraphTests", dependencies: ["KithGraph", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithImportTests", dependencies: ["KithGraph", "KithValues", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithQueryTests", dependencies: ["KithQuery", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "QueryModelTests", dependencies: ["Kith", "KithQuery", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "KithTests", dependencies: ["Kith", "KithTestSupport"], swiftSettings: engine),
        .testTarget(
            name: "KithCLITests",
            dependencies: ["KithCLI", "KithCRM", "Kith", "KithGraph", "KithTestSupport"],
            swiftSettings: engine),
        .testTarget(
            name: "ScriptTests", dependencies: ["Kith", "KithTestSupport"], swiftSettings: engine),
        .testTarget(
            name: "RealDataTests", dependencies: ["Kith", "KithGraph", "KithTestSupport"],
            exclude: ["Manifests"], swiftSettings: engine),
        .testTarget(name: "TidyTests", dependencies: ["KithTestSupport"], swiftSettings: engine),
    ]
)
