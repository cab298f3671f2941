import RolloutCore
import SystemPackage

/// What a hook is told, in its environment. A fact that does not apply is an empty variable, so that a script may run with `set -u`.
struct HookFacts: Hashable, Sendable {
    var point: HookPoint
    var app: AppName
    var channel: ChannelName
    var host: HostID
    /// The release it is about, and its label.
    var release: Digest
    var label: String
    /// What served before (`before-activate`: what still serves; `on-rollback`: what was given up).
    var previous: Digest?
    /// The record that chose the release.
    var sequence: UInt64
    /// Why: the decision's words, or the refusal's.
    var reason: String
    /// The verified local copy of the release. Not to be changed.
    var directory: FilePath?
    /// Where the candidate listens; only of `before-activate`, and only where old and new run side by side.
    var candidate: BackendAddress?

    /// `/etc/wasmrollout/hooks` scripts read these; see config/hooks/README.md.
    var environment: [String: String] {
        let address = candidate.map { "\(ListenAddress(host: $0.host, port: $0.port))" }
        return [
            "WASMROLLOUT_HOOK": point.rawValue,
            "WASMROLLOUT_APP": app.description,
            "WASMROLLOUT_CHANNEL": channel.description,
            "WASMROLLOUT_HOST": host.description,
            "WASMROLLOUT_RELEASE": release.hex,
            "WASMROLLOUT_LABEL": label,
            "WASMROLLOUT_PREVIOUS": previous?.hex ?? "",
            "WASMROLLOUT_SEQUENCE": "\(sequence)",
            "WASMROLLOUT_REASON": reason,
            "WASMROLLOUT_DIRECTORY": directory?.string ?? "",
            "WASMROLLOUT_ADDRESS": address ?? "",
            "WASMROLLOUT_URL": address.map { "http://\($0)" } ?? "",
        ].mapValues { $0.filter { $0 != "\0" } }
    }
}
