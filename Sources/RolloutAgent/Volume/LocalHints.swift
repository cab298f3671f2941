import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Passes on what this host's own kernel sees happen on the volume: an instant hint where publisher and agent share a host or a
/// disk. Nothing depends on it; the poll finds everything too.
struct LocalHints: Sendable {
    let layout: VolumeLayout
    let apps: [AppName]
    let watcher: VolumeWatcher
    /// Between two tries to watch what could not be watched.
    private static let retry: Duration = .seconds(30)

    /// Watches until cancelled.
    func follow() async {
        guard let events = LocalEvents.shared else { return }
        await withTaskGroup { group in
            for app in apps { group.addTask { await follow(app, events) } }
        }
    }

    private func follow(_ app: AppName, _ events: LocalEvents) async {
        while !Task.isCancelled {
            // The beacon is a name in the app's directory, which the first publish makes.
            if let stream = try? await events.watch(layout.app(app)) {
                for await _ in stream { watcher.hint() }
            } else if let stream = try? await events.watch(layout.apps) {
                for await _ in stream {
                    watcher.hint()
                    if let found = try? await events.watch(layout.app(app)) {
                        for await _ in found { watcher.hint() }
                        break
                    }
                }
            }
            do { try await Task.sleep(for: Self.retry) } catch { return }
        }
    }
}
