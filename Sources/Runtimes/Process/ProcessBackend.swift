import HTTPCalls
import RolloutCore
import RolloutSystem
import SystemPackage

/// A backend that is one started process with whatever it starts in its process group.
final class ProcessBackend: RunningBackend {
    /// How the process shows that it serves.
    enum Readiness: Sendable {
        /// It writes `Serving http://…` and then answers Spin's health path; `version` is compared with what it
        /// reports, unless `nil`.
        case announced(version: String?)
        /// It answers at an address it was given: takes a connection and, with a path, answers it with any status below
        /// 500.
        case answering(BackendAddress, path: String?)
    }

    let id: BackendID
    var processID: Int32 { process.processID }
    private let launcher: any ProcessLauncher
    private let process: LaunchedProcess
    private let readiness: Readiness
    private let scratch: FilePath
    /// What an exit means, for this kind of runtime.
    private let explain: @Sendable (ExitStatus) -> String
    private let tail = OutputTail()
    private let announced = Eventual<BackendAddress>()
    private let outputEnded = Eventual<Void>()

    init(
        id: BackendID, launcher: any ProcessLauncher, process: LaunchedProcess, readiness: Readiness, scratch: FilePath,
        logs: LogDirectory? = nil, explain: @escaping @Sendable (ExitStatus) -> String,
        noteLine: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.id = id
        self.launcher = launcher
        self.process = process
        self.readiness = readiness
        self.scratch = scratch
        self.explain = explain
        Task.detached { [process, tail, announced, outputEnded] in
            for await line in process.output.lines {
                tail.append(line.text)
                noteLine(line.text)
                if line.source == .output, let address = ServingAnnouncement.address(in: line.text) {
                    announced.fulfill(address)
                }
            }
            outputEnded.fulfill(())
        }
        logs?.watch(until: process.exit)
    }

    func outputTail() -> [String] { tail.lines }

    func exited() async -> ExitStatus {
        let exit = await process.waitForExit()
        // The last words often arrive after the exit is known.
        await outputEnded.wait(atMost: .milliseconds(500))
        return exit.status
    }

    func lastWords() -> String? { tail.lastWords }

    func explanation(of status: ExitStatus) -> String { explain(status) }

    func ready(within limit: Duration) async throws(RuntimeError) -> BackendAddress {
        let deadline = ContinuousClock.now + limit
        let address: BackendAddress
        switch readiness {
        case .announced: address = try await announcement(until: deadline, limit)
        case .answering(let given, _): address = given
        }
        var last = "it did not answer"
        while ContinuousClock.now < deadline {
            if process.exit.current != nil { throw await failure(.exited) }
            switch await check(address, within: min(.seconds(2), deadline - .now)) {
            case .ready: return address
            case .wrong(let reason): throw RuntimeError(.wrongRelease, "Could not get \(id) ready: \(reason).")
            case .notYet(let reason): last = reason
            }
            do { try await Task.sleep(for: .milliseconds(10)) } catch { throw Self.calledOff(id) }
        }
        throw await failure(.neverReady("\(address): \(last)", limit))
    }

    private static func calledOff(_ id: BackendID) -> RuntimeError {
        RuntimeError(.cannotStart, "Could not get \(id) ready: it was called off.")
    }

    private func announcement(until deadline: ContinuousClock.Instant, _ limit: Duration) async throws(RuntimeError)
        -> BackendAddress
    {
        let first = Eventual<BackendAddress?>()
        announced.whenKnown { first.fulfill($0) }
        process.exit.whenKnown { _ in first.fulfill(nil) }
        await first.wait(atMost: deadline - .now)
        if let address = first.current.flatMap(\.self) { return address }
        throw await failure(process.exit.current == nil ? .neverReady("it did not say that it serves", limit) : .exited)
    }

    private enum Check { case ready, notYet(String), wrong(String) }

    private func check(_ address: BackendAddress, within limit: Duration) async -> Check {
        do throws(HTTPFailure) {
            switch readiness {
            case .announced(let version):
                let health = try await HTTPProbe.get("/.well-known/spin/health", at: address, within: limit)
                guard health.status == 200 else { return .notYet("its health path answered \(health.status)") }
                guard let version else { return .ready }
                let info = try await HTTPProbe.get("/.well-known/spin/info", at: address, within: limit)
                let reported = SpinInfo.version(in: info.body)
                return reported == version
                    ? .ready : .wrong("it reports version '\(reported ?? "")' where '\(version)' was started")
            case .answering(_, nil):
                try await HTTPProbe.connect(to: address, within: limit)
                return .ready
            case .answering(_, let path?):
                let answer = try await HTTPProbe.get(path, at: address, within: limit)
                return answer.status < 500 ? .ready : .notYet("\(path) answered \(answer.status)")
            }
        } catch {
            return .notYet(error.reason)
        }
    }

    private enum Cause { case exited, neverReady(String, Duration) }

    private func failure(_ cause: Cause) async -> RuntimeError {
        switch cause {
        case .exited:
            let status = await exited()
            return RuntimeError(.exited(status), "Could not get \(id) ready: \(explain(status)).\(quote)")
        case .neverReady(let why, let limit):
            return RuntimeError(.neverReady, "Could not get \(id) ready: not within \(limit), \(why).\(quote)")
        }
    }

    func stop(grace: Duration) async {
        if process.exit.current == nil {
            launcher.signal(process, .terminate, wholeGroup: false, for: .backendStop)
            await process.exit.wait(atMost: grace)
        }
        // Whatever is left by now gets no second chance: a child that outlived its parent keeps the port.
        launcher.signal(process, .kill, wholeGroup: true, for: .backendKill)
        await process.exit.wait(atMost: .seconds(10))
        // Each look reads all of /proc, so there are few, further and further apart.
        var time: Duration = .milliseconds(5)
        while launcher.isGroupAlive(process), time < .seconds(3) {
            await pause(time)
            time *= 2
        }
        ScratchDirectory.remove(scratch)
    }
}
