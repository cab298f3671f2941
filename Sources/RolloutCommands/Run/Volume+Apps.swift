import ReleaseStore
import RolloutCore

extension Volume {
    /// The app a person means: the one named, or the only one there is.
    func onlyApp(_ named: AppName?) throws -> AppName {
        let apps = try apps()
        if let named {
            guard apps.contains(named) else { throw Self.unknown(named, among: apps) }
            return named
        }
        guard let app = apps.first else {
            throw CommandFailure(
                .badData, "Could not find an app: the volume has none. Publish one with `wasmrollout publish`.")
        }
        guard apps.count == 1 else {
            throw CommandFailure(
                .usage,
                "Could not tell which app is meant: the volume has \(apps.map(\.description).joined(separator: ", ")). Give --app."
            )
        }
        return app
    }

    private static func unknown(_ app: AppName, among apps: [AppName]) -> CommandFailure {
        let known = apps.isEmpty ? "it has none" : "it has \(apps.map(\.description).joined(separator: ", "))"
        return CommandFailure(
            .badData, "Could not find app '\(app)': the volume does not have it (\(known)). Check --app, or publish it first.")
    }
}
