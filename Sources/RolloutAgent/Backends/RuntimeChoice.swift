import RolloutCore
import RolloutSystem
import Runtimes
import SystemPackage

/// Turns an app's `[app.runtime]` into the runtime that is meant.
enum RuntimeChoice {
    /// What outlives a backend among the runtimes' own files: compiled components.
    static let cacheName = "cache"

    /// - Parameters:
    ///   - agent: who asks a supervisor.
    ///   - store: what a supervisor must see as well.
    static func make(
        _ section: RuntimeSection, cache: FilePath, launcher: any ProcessLauncher, environment: [String: String], agent: String,
        store: FilePath
    ) async -> any Runtime {
        guard let control = section.control else { return await local(section, cache, launcher, environment) }
        let supervised = SupervisedLauncher(directory: control, agent: agent, store: store)
        return SupervisedRuntime(launcher: supervised) { greeting, launcher in
            var section = section
            // Who starts the container says what runs in it, unless the agent's configuration does.
            if section.command.isEmpty, !greeting.command.isEmpty, section.kind == .auto || section.kind == .command {
                section.kind = .command
                section.command = greeting.command
            }
            return await local(section, cache, launcher, greeting.environment)
        }
    }

    private static func local(
        _ section: RuntimeSection, _ cache: FilePath, _ launcher: any ProcessLauncher, _ environment: [String: String]
    ) async -> any Runtime {
        switch section.kind {
        case .command:
            var configuration = CommandConfiguration(command: section.command)
            configuration.readyPath = section.readyPath
            return CommandRuntime(configuration: configuration, launcher: launcher, inherited: environment)
        case .spin: return spin(section, cache, launcher, environment)
        case .wagi: return wagi(section, launcher, environment)
        case .auto:
            // What is on PATH may be too old to be used, or no Spin at all.
            let kind = await RuntimeFinder(launcher: launcher, inherited: environment).automatic()
            return kind == .spin ? spin(section, cache, launcher, environment) : wagi(section, launcher, environment)
        }
    }

    private static func spin(
        _ section: RuntimeSection, _ cache: FilePath, _ launcher: any ProcessLauncher, _ environment: [String: String]
    ) -> any Runtime {
        var configuration = SpinConfiguration(cacheDirectory: cache)
        configuration.executable = section.program
        configuration.arguments = section.arguments
        return SpinRuntime(configuration: configuration, launcher: launcher, inherited: environment)
    }

    private static func wagi(
        _ section: RuntimeSection, _ launcher: any ProcessLauncher, _ environment: [String: String]
    ) -> any Runtime {
        var configuration = WagiConfiguration(engine: section.program)
        configuration.limits.requestMilliseconds = section.requestTimeout.milliseconds
        return WagiRuntime(configuration: configuration, launcher: launcher, inherited: environment)
    }
}
