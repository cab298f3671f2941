import Gateway
import Logging
import RolloutCore
import RolloutSystem
import Runtimes
import Synchronization
import SystemPackage

/// Backends that the agent starts itself, behind its gateway.
final class RuntimeBackends: BackendDriver {
    private let app: AppSection
    private let runtime: any Runtime
    private let gateway: Gateway
    private let scratch: FilePath
    /// Marks our processes, so that a later agent finds what a killed one left behind.
    private let token: String
    private let freezes: Freezes
    private let tally: AppTally
    private let logger: Logger
    private let live = Mutex<[BackendID: Live]>([:])

    private struct Live {
        var process: any RunningBackend
        /// Once it is ready.
        var address: BackendAddress?
    }

    init(
        app: AppSection, runtime: any Runtime, gateway: Gateway, scratch: FilePath, token: String, freezes: Freezes,
        tally: AppTally, logger: Logger
    ) {
        self.freezes = freezes
        self.tally = tally
        self.app = app
        self.runtime = runtime
        self.gateway = gateway
        self.scratch = scratch
        self.token = token
        self.logger = logger
    }

    func start(_ backend: BackendID, from copy: LocalCopy) async throws(BackendFailure) {
        if let refusal = runtime.refusal(of: copy.manifest) { throw BackendFailure(reason: refusal, cause: .environment) }
        var launch = BackendLaunch(
            id: backend, manifest: copy.manifest, directory: copy.directory, entry: copy.entry,
            scratch: scratch.appending("\(backend)"), variables: app.runtime.variables, environment: app.runtime.environment,
            token: token, expectedVersion: copy.isRewritten ? "\(copy.release)" : nil)
        let failures = FailedRequestLog(backend, logger: logger)
        launch.noteFailure = { [tally] failure in
            failures.note(failure)
            tally.noteGuestFailure(failure.defect.kind)
        }
        do throws(RuntimeError) {
            let process = try await runtime.start(launch)
            live.withLock { $0[backend] = Live(process: process) }
            if Task.isCancelled { throw RuntimeError(.cannotStart, "It was stopped while it started.") }
            let address = try await ready(process)
            live.withLock { $0[backend]?.address = address }
        } catch {
            // When it was called off, whoever did so ends it, and says how gently.
            await stop(backend, grace: Task.isCancelled ? app.stop : .zero)
            let isOurs = error.code == .unavailable || error.code == .cannotStart
            throw BackendFailure(reason: error.description, cause: isOurs ? .environment : .release)
        }
        if let failure = await firstAnswer(of: backend) {
            let quote = live.withLock { $0[backend]?.process.quote } ?? ""
            await stop(backend, grace: app.stop)
            throw BackendFailure(reason: "It started, but \(failure)\(quote)")
        }
        guard let address = address(of: backend) else { throw BackendFailure(reason: "It was stopped while it started.") }
        gateway.add(backend, at: address)
    }

    private func ready(_ process: any RunningBackend) async throws(RuntimeError) -> BackendAddress {
        while true {
            let mark = freezes.mark
            do throws(RuntimeError) {
                return try await process.ready(within: app.probe.start)
            } catch {
                guard error.code == .neverReady, !Task.isCancelled, freezes.mayHaveFrozen(since: mark) else { throw error }
            }
        }
    }

    /// The app itself must answer before it gets traffic: Spin's own health route never touches the guest.
    private func firstAnswer(of backend: BackendID) async -> String? {
        var last = "it was stopped while it started."
        for attempt in 1...app.probe.failures {
            guard !Task.isCancelled, let failure = await probe(backend) else { return Task.isCancelled ? last : nil }
            last = failure
            guard attempt < app.probe.failures else { break }
            do { try await Task.sleep(for: min(app.probe.interval, .milliseconds(200))) } catch { return last }
        }
        return last
    }

    func exited(_ backend: BackendID) async -> String? {
        guard let process = live.withLock({ $0[backend]?.process }) else { return nil }
        let status = await process.exited()
        gateway.backendExited(backend)
        let reason = "It ended while it served: \(process.explanation(of: status)).\(process.quote)"
        await stop(backend, grace: .zero)
        return reason
    }

    func switchTraffic(to backend: BackendID?, fallback: BackendID?) { gateway.switchTraffic(to: backend, fallback: fallback) }

    func retire(_ backend: BackendID) async {
        if case .cut(let count) = await gateway.drain(backend, within: app.drainLimit) {
            logger.warning("Cut requests at the end of a drain", metadata: ["backend": "\(backend)", "requests": "\(count)"])
        }
        await stop(backend, grace: app.stop)
    }

    func kill(_ backend: BackendID) async { await stop(backend, grace: min(app.stop, .seconds(1))) }

    private func stop(_ backend: BackendID, grace: Duration) async {
        guard let process = live.withLock({ $0[backend]?.process }) else { return }
        await process.stop(grace: grace)
        gateway.remove(backend)
        live.withLock { _ = $0.removeValue(forKey: backend) }
    }

    func probe(_ backend: BackendID) async -> String? {
        guard let address = address(of: backend) else { return "it is not running." }
        while true {
            let mark = freezes.mark
            guard let failure = await AppProbe(section: app.probe).run(at: address)?.reason else { return nil }
            guard !Task.isCancelled, freezes.mayHaveFrozen(since: mark) else { return failure }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { return failure }
        }
    }

    func address(of backend: BackendID) -> BackendAddress? { live.withLock { $0[backend]?.address } }

    var inUse: Set<Digest> { live.withLock { Set($0.keys.map(\.release)) } }

    func answers(of release: Digest) -> AnswerCounts { AnswerCounts(gateway.metrics(), release: release) }

    func shutDown() async {
        let backends = live.withLock { Array($0.keys) }
        await withTaskGroup { group in
            for backend in backends { group.addTask { await self.stop(backend, grace: self.app.stop) } }
        }
    }
}
