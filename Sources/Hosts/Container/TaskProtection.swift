import HTTPCalls
import Logging
import Synchronization

/// Keeps an ECS task from being stopped by scale-in while a release is on its way: `PUT $ECS_AGENT_URI/task-protection/v1/state`.
///
/// A protected task also holds up deployments of its service. So protection is short, renewed while it is needed, cleared at the start (an
/// earlier agent may have died while it was on), after each switch and at the end, and expires by itself when none of that happens.
/// Failures are logged and change nothing else.
package final class TaskProtection: Sendable {
    private struct State {
        /// Since when it is wanted; `nil` while it is not.
        var wantedSince: ContinuousClock.Instant?
        /// `nil`: not known, as at the start and after a call that failed.
        var isOn: Bool?
        var lastProblem: Problem?
        /// Until the next try after a call that failed; `nil` after one that did not.
        var retry: Duration?
        var waiting: AsyncStream<Void>.Continuation?

        func isWanted(_ timing: Timing) -> Bool { wantedSince.map { .now - $0 < timing.longest } ?? false }
    }

    private let service: HTTPService?
    private let logger: Logger
    private let timing: Timing
    private let state = Mutex(State())

    /// The times, apart from the rest for tests.
    package struct Timing: Sendable {
        /// Minutes until protection that is not renewed ends; ECS takes 1 to 2,880.
        package var expiryMinutes = 5
        /// Well before it expires.
        package var renewal: Duration = .seconds(120)
        package var retry: Duration = .seconds(10)
        /// Tries are further and further apart, up to this: what a missing right forbids, it forbids for days.
        package var longestRetry: Duration = .seconds(300)
        /// A switch that takes longer than this is none that deployments should wait for.
        package var longest: Duration = .seconds(1800)
        package var call: Duration = .seconds(2)
        /// For the last call, when the agent stops.
        package var lastCall: Duration = .seconds(1)

        package init() {}
    }

    package init(environment: [String: String], timing: Timing = Timing(), logger: Logger) {
        self.service = environment["ECS_AGENT_URI"].flatMap { HTTPService($0) }
        self.timing = timing
        self.logger = logger
        if service == nil {
            logger.warning(
                "Task protection is not there",
                metadata: ["reason": "ECS_AGENT_URI is not set, or no http:// address: this is no ECS task"])
        }
    }

    /// What is known of it; `nil` while a call is under way, too.
    var isOn: Bool? { state.withLock { $0.isOn } }

    /// Says whether the task should be protected. Returns at once; `keep` sees to it.
    package func want(_ isWanted: Bool) {
        state.withLock { state in
            state.wantedSince = isWanted ? state.wantedSince ?? .now : nil
            state.retry = nil
            state.waiting?.yield()
        }
    }

    /// Makes it as it should be, and keeps it so, until cancelled.
    package func keep() async {
        guard service != nil else { return }
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.waiting = continuation }
        continuation.yield()
        var timer: Task<Void, Never>?
        for await _ in changes {
            timer?.cancel()
            let isWanted = state.withLock { $0.isWanted(timing) }
            // When it is on, this renews it.
            if isWanted || state.withLock({ $0.isOn != false }) { await put(isWanted, within: timing.call) }
            guard !Task.isCancelled else { break }
            let pause: Duration? = state.withLock { state in
                let isWanted = state.isWanted(timing)
                guard state.isOn == isWanted else {
                    let pause = state.retry ?? timing.retry
                    state.retry = min(pause * 2, timing.longestRetry)
                    return pause
                }
                state.retry = nil
                return isWanted ? timing.renewal : nil
            }
            guard let pause else { continue }
            timer = Task {
                do { try await Task.sleep(for: pause) } catch { return }
                continuation.yield()
            }
        }
        timer?.cancel()
    }

    /// The agent stops: the task is not protected any more, if that can be had at once.
    package func clear() async {
        let isDue = state.withLock { state in
            state.wantedSince = nil
            return state.isOn != false
        }
        if isDue { await put(false, within: timing.lastCall) }
    }

    private func put(_ isOn: Bool, within limit: Duration) async {
        guard let service else { return }
        // Whatever becomes of the call, it may have had its effect.
        state.withLock { $0.isOn = nil }
        let expiry = isOn ? ",\"ExpiresInMinutes\":\(timing.expiryMinutes)" : ""
        let call = HTTPCall(
            "PUT", "/task-protection/v1/state", headers: [("content-type", "application/json")],
            body: Array("{\"ProtectionEnabled\":\(isOn)\(expiry)}".utf8))
        let problem: Problem?
        do throws(HTTPFailure) {
            problem = Problem(try await call.send(to: service, within: limit))
        } catch {
            problem = Problem(kind: error.reason, reason: error.reason)
        }
        note(problem, isOn)
    }

    private func note(_ problem: Problem?, _ isOn: Bool) {
        let previous = state.withLock { state in
            if problem == nil { state.isOn = isOn }
            defer { state.lastProblem = problem }
            return state.lastProblem
        }
        if let problem {
            if problem.kind != previous?.kind {
                logger.warning(
                    "Task protection cannot be set", metadata: ["protected": "\(isOn)", "reason": "\(problem.reason)"])
            }
        } else {
            logger.info("Set task protection", metadata: ["protected": "\(isOn)"])
        }
    }
}

/// Why a call failed.
private struct Problem: Sendable {
    /// The same for the same cause: every answer has words of its own, the id of its request.
    var kind: String
    /// For people.
    var reason: String

    init(kind: String, reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// `nil` when the answer is a good one. The agent of ECS answers 200 with a `failure` in it, too.
    init?(_ answer: HTTPAnswer) {
        let text = answer.text
        guard answer.status != 200 || text.contains("\"failure\":{") || text.contains("\"error\":{") else { return nil }
        // An `error` has a code, a `failure` a reason.
        let code = text.firstMatch(of: /"(?:Code|Reason)"\s*:\s*"([^"]*)"/)?.1 ?? ""
        self.init(kind: "\(answer.status) \(code)", reason: "it answered \(answer.status): \(text.prefix(300))")
    }
}
