import RolloutCore
import Synchronization

/// Watching a release on probation: all the time, or on a paced host when it is told to.
extension AppAgent {
    /// Begins to watch what bakes now, and stops watching what does not any more.
    func watchBake(_ deployment: Deployment) {
        let baking = deployment.record.probation?.fallback == nil ? nil : deployment.serving?.ready
        state.withLock { state in
            guard state.bake?.backend != baking else { return }
            state.bake?.task?.cancel()
            state.bake = baking.map { backend in
                let judge = BakeJudge(probe: app.probe, start: driver.answers(of: backend.release))
                return Bake(backend: backend, judge: judge, task: isPaced ? nil : Task { await watchBake(of: backend) })
            }
        }
    }

    private func watchBake(of backend: BackendID) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: app.probe.interval) } catch { return }
            if await judgeBake(of: backend) { return }
        }
    }

    /// Begins to probe what bakes, if anything does, and hands in what is wrong with it; `isProbing` until then.
    func judgeBake(_ done: @escaping @Sendable () -> Void) {
        let backend: BackendID? = state.withLock { state in
            state.bake?.isProbing = true
            return state.bake?.backend
        }
        guard let backend else { return done() }
        Task {
            _ = await judgeBake(of: backend)
            state.withLock { if $0.bake?.backend == backend { $0.bake?.isProbing = false } }
            done()
        }
    }

    /// Whether a fault was found.
    private func judgeBake(of backend: BackendID) async -> Bool {
        let failure = await driver.probe(backend)
        evidence.noteProbe(of: backend.release, passed: failure == nil)
        let answers = driver.answers(of: backend.release)
        let reason: String? = state.withLock { state in
            guard state.bake?.backend == backend else { return nil }
            return state.bake?.judge.judge(failure, answers: answers)
        }
        if let reason { note(.foundUnhealthy(backend, reason: reason)) }
        return reason != nil
    }
}
