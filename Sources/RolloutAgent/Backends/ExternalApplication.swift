import RolloutCore
import RolloutSystem
import SystemPackage

/// An application that somebody else runs: `current` was swapped, now it is told, and probed.
///
/// There are no backends here: a `BackendID` only names which activation is meant.
final class ExternalApplication: BackendDriver {
    private let app: AppSection
    private let notify: @Sendable (LocalCopy) async throws(BackendFailure) -> Void

    init(app: AppSection, notify: @escaping @Sendable (LocalCopy) async throws(BackendFailure) -> Void) {
        self.app = app
        self.notify = notify
    }

    func start(_ backend: BackendID, from copy: LocalCopy) async throws(BackendFailure) {
        try await notify(copy)
        // It may take a while to take the release up, and be silent meanwhile. Clients already get what it answers, so it is
        // not left with errors for that long.
        let deadline = ContinuousClock.now + app.probe.start
        var (passes, errors) = (0, 0)
        while true {
            guard let failure = await ask() else {
                passes += 1
                // Twice in a row: the first answer may still be the old process's.
                if passes == 2 || app.probe.address == nil { return }
                try await pause(min(app.probe.interval, .milliseconds(200)))
                continue
            }
            passes = 0
            errors = failure.isError ? errors + 1 : 0
            if errors >= app.probe.failures || ContinuousClock.now >= deadline {
                throw BackendFailure(reason: "It was told, but \(failure.reason)")
            }
            try await pause(failure.isError ? app.probe.interval : min(app.probe.interval, .milliseconds(200)))
        }
    }

    private func pause(_ time: Duration) async throws(BackendFailure) {
        do { try await Task.sleep(for: time) } catch {
            throw BackendFailure(reason: "It was given up while it started.")
        }
    }

    func probe(_ backend: BackendID) async -> String? { await ask()?.reason }

    private func ask() async -> AppProbe.Failure? {
        guard let address = app.probe.address else { return nil }
        return await AppProbe(section: app.probe).run(at: BackendAddress(host: address.host, port: address.port))
    }

    /// Unknown; `current` names what it was last told to run.
    var inUse: Set<Digest> { [] }
    func exited(_ backend: BackendID) async -> String? { nil }
    func switchTraffic(to backend: BackendID?, fallback: BackendID?) {}
    func address(of backend: BackendID) -> BackendAddress? { nil }
    func retire(_ backend: BackendID) async {}
    func kill(_ backend: BackendID) async {}
    func answers(of release: Digest) -> AnswerCounts { AnswerCounts() }
    func shutDown() async {}
}
