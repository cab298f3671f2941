import RolloutSystem
import SystemPackage

/// The command line and environment of `spin up` for one backend.
struct SpinCommand {
    var launch: BackendLaunch
    var configuration: SpinConfiguration
    /// Of the agent.
    var inherited: [String: String]

    static let directories = ["state", "logs", "temporary", "home"]

    /// Every directory is named, because Spin's defaults write beside the manifest, which may be read-only; the port is
    /// the kernel's choice, because two generations run side by side and Spin cannot share one.
    var arguments: [String] {
        let scratch = launch.scratch
        var arguments = ["up", "--from", launch.entryPath.string, "--temp", scratch.appending("temporary").string]
        for (name, value) in launch.environment.sorted(by: { $0.key < $1.key }) { arguments += ["--env", "\(name)=\(value)"] }
        let host = launch.listenHost.contains(":") ? "[\(launch.listenHost)]" : launch.listenHost
        arguments += [
            "--listen", "\(host):0", "--state-dir", scratch.appending("state").string, "--log-dir", logs.directory.string,
        ]
        return arguments + configuration.arguments
    }

    /// Spin opens them anew for each request, so they can be moved away at any time.
    var logs: LogDirectory {
        LogDirectory(
            directory: launch.scratch.appending("logs"), limit: configuration.logBytes, interval: configuration.logInterval)
    }

    /// Only what is named here is inherited: Spin takes many of its options from SPIN_ variables, and one meant for
    /// another Spin (`SPIN_ALWAYS_BUILD`, `SPIN_HTTP_LISTEN_ADDR`) must not reach this one.
    var environment: [String: String] {
        var environment = inherited.filter { name, _ in
            Self.kept.contains(name) || Self.keptPrefixes.contains { name.hasPrefix($0) }
        }
        environment["HOME"] = environment["HOME"] ?? launch.scratch.appending("home").string
        environment["XDG_CACHE_HOME"] = configuration.cacheDirectory.string
        environment["TMPDIR"] = launch.scratch.appending("temporary").string
        // Variables go by environment and not by `--variable`, which every user of the host could read.
        for (name, value) in launch.variables { environment["SPIN_VARIABLE_\(name.uppercased())"] = value }
        environment.merge(configuration.environment) { $1 }
        environment[LaunchRequest.markerVariable] = launch.token
        return environment
    }

    private static let kept: Set<String> = [
        "PATH", "HOME", "LANG", "TZ", "RUST_LOG", "RUST_BACKTRACE", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "XDG_CONFIG_HOME",
    ]
    private static let keptPrefixes = ["OTEL_", "AWS_", "LC_"]
}
