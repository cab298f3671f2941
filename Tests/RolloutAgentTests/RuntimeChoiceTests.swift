import RolloutSystem
import RolloutTesting
import Runtimes
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite struct RuntimeChoiceTests {
    /// What `auto` comes to where PATH has a program `spin` that prints this.
    private func automatic(_ version: String?) async throws -> RuntimeKind {
        try await withTemporaryDirectory { directory in
            let files = LinuxFileSystem()
            if let version {
                let script = Array("#!/bin/sh\necho '\(version)'\n".utf8)
                try AtomicWrite(files, .user).create(directory.appending("spin"), with: script, mode: 0o755)
            }
            return await RuntimeChoice.make(
                RuntimeSection(), cache: directory, launcher: LinuxProcessLauncher(), environment: ["PATH": directory.string],
                agent: "host", store: directory
            ).kind
        }
    }

    @Test(
        arguments: [
            ("spin 4.0.2 (bfc7543 2026-06-23)", .spin), ("spin 2.4.3 (x 2024-01-01)", .wagi), ("SPIN model checker", .wagi),
            (nil, .wagi),
        ] as [(String?, RuntimeKind)]) func takesASpinThatCanBeUsed(version: String?, kind: RuntimeKind) async throws
    {
        #expect(try await automatic(version) == kind)
    }

    @Test func aServersReadyPathIsTheConfigurations() async throws {
        let runtime = await RuntimeChoice.make(
            RuntimeSection(kind: .command, command: ["server"], readyPath: "/healthz"), cache: "/cache",
            launcher: FakeProcessLauncher(), environment: [:], agent: "host", store: "/store")
        #expect((runtime as? CommandRuntime)?.configuration.readyPath == "/healthz")
    }
}
