// swift-tools-version: 6.1

import PackageDescription

/// Every target is built alike: Swift 6 mode, warnings are errors, existentials are spelled out.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-warnings-as-errors"]),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
    name: "wasmrollout",
    products: [
        .executable(name: "wasmrollout", targets: ["wasmrollout"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The executable: `@main` and nothing else.
        .executableTarget(name: "wasmrollout", dependencies: ["RolloutCommands"], swiftSettings: settings),

        // One file per subcommand; text and JSON from one value.
        .target(
            name: "RolloutCommands",
            dependencies: [
                "RolloutAgent", "Hosts", "HTTPCalls", "Runtimes", "ReleaseStore", "ReleaseSource", "RolloutSystem",
                "RolloutCore",
                argumentParser, logging, nio, nioPosix, system,
            ],
            swiftSettings: settings),

        // The daemon: runs the core's actions against files, processes and the gateway.
        .target(
            name: "RolloutAgent",
            dependencies: [
                "Gateway", "Hosts", "HTTPCalls", "Runtimes", "ReleaseStore", "RolloutSystem", "RolloutCore", crypto, lifecycle,
                logging, nio, nioPosix, nioHTTP, system, toml,
            ],
            swiftSettings: settings),

        // Where a release is run: spin, the embedded WAGI host, any command.
        .target(
            name: "Runtimes",
            dependencies: ["HTTPCalls", "RolloutSystem", "RolloutCore", logging, nio, nioPosix, nioHTTP, system, toml],
            swiftSettings: settings),

        // The kinds of host: what a host is (data), and how it is told of readiness, drain and its end (code).
        .target(
            name: "Hosts", dependencies: ["HTTPCalls", "RolloutSystem", "RolloutCore", crypto, logging, system],
            swiftSettings: settings),

        // One small HTTP request at a time, beside the data path.
        .target(name: "HTTPCalls", dependencies: [nio, nioPosix, nioHTTP], swiftSettings: settings),

        // The listener in front of the backends.
        .target(name: "Gateway", dependencies: ["RolloutCore", deque, logging, nio, nioPosix], swiftSettings: settings),

        // What can be published: a .wasm, a spin.toml, an OCI image.
        .target(
            name: "ReleaseSource", dependencies: ["RolloutSystem", "RolloutCore", "CZlib", crypto, system, toml],
            swiftSettings: settings),

        // The volume and the host's local store.
        .target(name: "ReleaseStore", dependencies: ["RolloutSystem", "RolloutCore", crypto, system], swiftSettings: settings),

        // The doors: files, processes, the clock, events of the file system.
        .target(
            name: "RolloutSystem", dependencies: ["CRolloutSystem", "CInotifyTools", system], swiftSettings: settings),

        // Pure: no files, no clock, no processes. Imports nothing of ours.
        .target(name: "RolloutCore", swiftSettings: settings),

        .target(name: "CRolloutSystem"),
        .systemLibrary(name: "CInotifyTools", providers: [.apt(["libinotifytools0-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        // Simulated doors, contract suites, the strict client. Only tests and benchmarks import it.
        .target(
            name: "RolloutTesting",
            dependencies: [
                "RolloutAgent", "Gateway", "Runtimes", "ReleaseStore", "RolloutSystem", "RolloutCore", crypto, logging, system,
            ],
            swiftSettings: settings),
        // Behaves as the Spin CLI does where no Spin is installed.
        .executableTarget(
            name: "spin-stand-in",
            dependencies: ["RolloutCore", "CRolloutSystem", nio, nioPosix, nioHTTP, system, toml], swiftSettings: settings),

        // The embedded WAGI host by itself, as tests of Runtimes start it; the agent's program serves the same by `serve-wagi`.
        .executableTarget(name: "wagi-host", dependencies: ["Runtimes", "RolloutSystem"], swiftSettings: settings),

        // Many processes that leave orphans, as tests of RolloutSystem start it.
        .executableTarget(
            name: "orphan-stress", dependencies: ["RolloutSystem", "RolloutTesting", system],
            path: "Tests/Programs/orphan-stress", swiftSettings: settings),

        // What the thread sanitizer must see (Tests/Scripts/thread-sanitizer).
        .executableTarget(
            name: "planted-race", dependencies: ["CRolloutSystem"], path: "Tests/Programs/planted-race", swiftSettings: settings
        ),

        // The gateway alone, to be measured beside other proxies (Benchmarks/gateway.sh).
        .executableTarget(
            name: "gateway-bench", dependencies: ["Gateway", "RolloutCore", logging], path: "Benchmarks/gateway",
            swiftSettings: settings),

        // A large fleet on one volume: what its hosts and its coordinator ask of it (Benchmarks/fleet).
        .executableTarget(
            name: "fleet-bench", dependencies: ["RolloutTesting", "ReleaseStore", "RolloutSystem", "RolloutCore", system],
            path: "Benchmarks/fleet", swiftSettings: settings),

        .testTarget(
            name: "RolloutCoreTests", dependencies: ["RolloutCore", "RolloutTesting", system],
            exclude: ["Fleet/Scenarios"], swiftSettings: settings),
        .testTarget(
            name: "RolloutSystemTests",
            dependencies: ["RolloutSystem", "CRolloutSystem", "RolloutTesting", "orphan-stress", system],
            swiftSettings: settings),
        .testTarget(
            name: "ReleaseStoreTests", dependencies: ["ReleaseStore", "RolloutTesting", crypto, system], swiftSettings: settings
        ),
        .testTarget(
            name: "ReleaseSourceTests",
            dependencies: ["ReleaseSource", "RolloutSystem", "RolloutCore", "RolloutTesting", "CZlib", crypto, system],
            swiftSettings: settings),
        .testTarget(
            name: "GatewayTests", dependencies: ["Gateway", "RolloutSystem", "RolloutTesting", nio, nioPosix, system],
            swiftSettings: settings),
        .testTarget(
            name: "RuntimesTests",
            dependencies: ["Runtimes", "HTTPCalls", "RolloutTesting", "spin-stand-in", "wagi-host", system],
            swiftSettings: settings),
        .testTarget(
            name: "HostsTests",
            dependencies: ["Hosts", "HTTPCalls", "RolloutSystem", "RolloutCore", "RolloutTesting", logging, system],
            swiftSettings: settings),
        .testTarget(
            name: "RolloutAgentTests", dependencies: ["RolloutAgent", "Hosts", "ReleaseSource", "RolloutTesting", system],
            swiftSettings: settings),
        .testTarget(
            name: "RolloutCommandsTests",
            dependencies: [
                "RolloutCommands", "RolloutAgent", "Runtimes", "ReleaseStore", "RolloutSystem", "RolloutCore", "RolloutTesting",
                "wasmrollout",
                argumentParser, system,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CrashTests", dependencies: ["ReleaseStore", "RolloutAgent", "RolloutTesting", system],
            swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "RolloutAgent", "ReleaseStore", "RolloutSystem", "RolloutCore", "RolloutTesting", "wasmrollout",
                "spin-stand-in", system,
            ],
            swiftSettings: settings),
    ]
)
