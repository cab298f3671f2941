import Dispatch
import RolloutCore
import Synchronization

/// Keeps connections busy, and counts.
final class DemoLoad: Sendable {
    struct Counts: Sendable {
        var requests = 0
        var failures = 0
        var reasons: [String] = []
        var byRelease: [String: Int] = [:]
        /// What answers of a release said their version is.
        var versions: [String: String] = [:]
        var byHost: [String: Int] = [:]
    }

    private struct State {
        var counts = Counts()
        var isStopped = false
    }

    private let state = Mutex(State())
    private let threads = DispatchGroup()
    private let began = CommandHost.now

    var counts: Counts { state.withLock { $0.counts } }
    var seconds: Double { Double((CommandHost.now - began).milliseconds / 100) / 10 }

    /// - Parameter connections: each has a thread, and sends its next request when it has the answer to the last.
    init(port: Int, connections: Int) {
        for number in 0..<connections {
            DispatchQueue(label: "client \(number)").async(group: threads) { self.run(StrictClient(port: port), number) }
        }
    }

    /// Lets every client finish its request.
    func stop() async {
        state.withLock { $0.isStopped = true }
        await withCheckedContinuation { continuation in
            threads.notify(queue: .global()) { continuation.resume() }
        }
    }

    private func run(_ client: StrictClient, _ number: Int) {
        var client = client
        var turn = number
        while !state.withLock({ $0.isStopped }) {
            turn += 1
            let outcome = Result { () throws(StrictClient.Fault) in try client.ask(turn) }
            state.withLock { $0.counts.add(outcome, at: CommandHost.now) }
        }
        client.disconnect()
    }
}

extension DemoLoad.Counts {
    fileprivate mutating func add(_ outcome: Result<StrictClient.Answer, StrictClient.Fault>, at now: Instant) {
        requests += 1
        switch outcome {
        case .success(let answer):
            byRelease[answer.release, default: 0] += 1
            byHost[answer.host, default: 0] += 1
            guard let version = answer.version else { return }
            let known = versions.updateValue(version, forKey: answer.release) ?? version
            if known != version { fail("release \(answer.release) answers as \(known) and as \(version)", now) }
        case .failure(let fault): fail(fault.reason, now)
        }
    }

    private mutating func fail(_ reason: String, _ now: Instant) {
        failures += 1
        if reasons.count < 5 { reasons.append("\(now): \(reason)") }
    }

    /// Requests answered, by the version each release answered as.
    var byVersion: [String: Int] {
        Dictionary(byRelease.map { (versions[$0.key] ?? $0.key, $0.value) }, uniquingKeysWith: +)
    }
}
