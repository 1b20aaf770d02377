// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what it compares with never reaches users of Kith.
let package = Package(
    name: "kith-benchmarks",
    dependencies: [.package(name: "kith", path: "..")],
    targets: [
        .systemLibrary(name: "CLMDB", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .executableTarget(
            name: "kith-benchmarks",
            dependencies: [
                .product(name: "KithStorage", package: "kith"),
                .product(name: "Kith", package: "kith"),
                .product(name: "KithCRM", package: "kith"), "CLMDB", "CSQLite",
            ],
            path: "Sources/KithBenchmarks"),
    ]
)
