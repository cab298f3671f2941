import RolloutCore
import RolloutSystem
import SystemPackage

/// Runs releases with any server that a command line starts.
package struct CommandRuntime: Runtime {
    package let configuration: CommandConfiguration
    private let launcher: any ProcessLauncher
    private let inherited: [String: String]

    /// - Parameter inherited: the agent's environment.
    package init(configuration: CommandConfiguration, launcher: any ProcessLauncher, inherited: [String: String]) {
        self.configuration = configuration
        self.launcher = launcher
        self.inherited = inherited
    }

    package var kind: RuntimeKind { .command }

    /// What the command can run is its own affair.
    package func refusal(of manifest: ReleaseManifest) -> String? {
        let named = configuration.command.contains { $0.contains("{artifact}") }
        return named && artifact(of: manifest) == nil
            ? "it has no component with an artifact, and the command names {artifact}" : nil
    }

    /// Starts the command on a free port. When somebody else takes the port in between, the command ends, which counts as a start
    /// that failed: the next one gets another port.
    package func start(_ launch: BackendLaunch) async throws(RuntimeError) -> any RunningBackend {
        try ScratchDirectory.make(launch.scratch, [])
        guard let port = FreePort.find(host: launch.listenHost) else {
            ScratchDirectory.remove(launch.scratch)
            throw RuntimeError(
                .cannotStart,
                "Could not find a free port on \(launch.listenHost): the address cannot be bound. Name an address of this host."
            )
        }
        let listen = BackendAddress(host: launch.listenHost, port: port)
        do throws(LaunchError) {
            let process = try await launcher.start(try request(launch, listen), for: .backendStart)
            return ProcessBackend(
                id: launch.id, launcher: launcher, process: process,
                readiness: .answering(Self.reachable(listen), path: configuration.readyPath), scratch: launch.scratch,
                explain: { "the command \($0.explanation)" })
        } catch {
            ScratchDirectory.remove(launch.scratch)
            throw RuntimeError(error.code == .notFound ? .unavailable : .cannotStart, "\(error)")
        }
    }

    private func request(_ launch: BackendLaunch, _ listen: BackendAddress) throws(LaunchError) -> LaunchRequest {
        let values = [
            "listen": "\(listen)", "host": listen.host, "port": String(listen.port), "release": "\(launch.id.release)",
            "artifact": artifact(of: launch.manifest).map { launch.directory.appending($0.description).string } ?? "",
            "directory": launch.directory.string, "scratch": launch.scratch.string,
        ]
        let words = configuration.command.map { CommandTemplate.fill($0, values) }
        guard let name = words.first, let executable = launcher.find(name, searchPath: inherited["PATH"] ?? "") else {
            throw LaunchError(code: .notFound, executable: FilePath(words.first ?? ""), purpose: .backendStart)
        }
        var environment = inherited
        environment.merge(launch.environment) { $1 }
        environment.merge(configuration.environment) { $1 }
        environment["TMPDIR"] = launch.scratch.string
        environment[LaunchRequest.markerVariable] = launch.token
        return LaunchRequest(
            executable: executable, arguments: Array(words.dropFirst()), environment: environment,
            // What it writes beside itself must not become part of the release.
            workingDirectory: launch.scratch, standardOutput: .lines, standardError: .lines, parentDeathSignal: .terminate)
    }

    private func artifact(of manifest: ReleaseManifest) -> RelativePath? { manifest.components.lazy.compactMap(\.source).first }

    /// Where to connect to what listens there.
    private static func reachable(_ listen: BackendAddress) -> BackendAddress {
        switch listen.host {
        case "0.0.0.0": BackendAddress(host: "127.0.0.1", port: listen.port)
        case "::": BackendAddress(host: "::1", port: listen.port)
        default: listen
        }
    }
}
