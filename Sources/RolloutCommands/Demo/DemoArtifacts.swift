import RolloutSystem
import Runtimes
import SystemPackage

/// The three artifacts the demo publishes.
struct DemoArtifacts: Sendable {
    let first: FilePath
    let second: FilePath
    /// Loads and starts like any other, then fails every request.
    let broken: FilePath

    init(directory: FilePath) throws {
        self.first = directory.appending("hello-v1.wasm")
        self.second = directory.appending("hello-v2.wasm")
        self.broken = directory.appending("hello-v3-broken.wasm")
        for path in [first, second, broken] where try CommandHost.files.status(path, for: .userRead) == nil {
            throw CommandFailure(
                .unavailable,
                "Could not run the demo: \(path) does not exist. Give --examples, the directory Examples/hello-wagi of the sources."
            )
        }
    }

    /// Throws when nothing on this machine could run them.
    static func requireRuntime() async throws {
        let finder = RuntimeFinder(launcher: makeLauncher(), inherited: CommandHost.environment)
        guard await finder.findings().allSatisfy({ $0.problem != nil }) else { return }
        throw CommandFailure(
            .unavailable,
            "Could not run the demo: there is neither Spin nor wasmtime nor wasmkit on PATH. wasmkit comes with the Swift toolchain: put it on PATH."
        )
    }
}
