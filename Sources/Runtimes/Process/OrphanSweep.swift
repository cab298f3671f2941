import RolloutSystem

/// Ends the backends that an earlier, killed agent left behind.
package enum OrphanSweep {
    /// SIGTERM to every process started with this marker, SIGKILL to what is left after `grace`; returns how many there were.
    /// Call it at the agent's start, before anything is launched: it ends this agent's own backends as well.
    @discardableResult
    package static func run(marker: String, launcher: any ProcessLauncher, grace: Duration = .seconds(2)) async -> Int {
        let found = launcher.orphans(marker: marker)
        guard !found.isEmpty else { return 0 }
        for orphan in found { launcher.signal(orphan, .terminate, for: .orphanStop) }
        let deadline = ContinuousClock.now + grace
        while ContinuousClock.now < deadline, !launcher.orphans(marker: marker).isEmpty {
            await pause(.milliseconds(20))
        }
        // A parent may have started another child between two looks, so it is asked again until nothing is left.
        for _ in 0..<100 {
            let left = launcher.orphans(marker: marker)
            if left.isEmpty { break }
            for orphan in left { launcher.signal(orphan, .kill, for: .orphanKill) }
            await pause(.milliseconds(20))
        }
        return found.count
    }
}
