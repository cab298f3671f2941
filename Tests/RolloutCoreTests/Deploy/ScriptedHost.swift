import RolloutCore
import Testing

/// A deployment driven by hand: hands events in, saves what it asks for, and checks the laws after each.
final class ScriptedHost {
    static let rules = DeploymentRules(
        bake: .seconds(10), attempts: 2, firstPause: .seconds(1), longestPause: .seconds(60), interruptions: 3,
        settled: .seconds(60))
    static let start = Instant(milliseconds: 1_800_000_000_000)

    let sideBySide: Bool
    let rules: DeploymentRules
    var deployment: Deployment
    var saved = HostRecord(app: "shop")
    var now = start
    private var generation: UInt64 = 1

    init(sideBySide: Bool = true, gated: Bool = false) {
        self.sideBySide = sideBySide
        var rules = Self.rules
        rules.gated = gated
        self.rules = rules
        deployment = Deployment(resuming: saved, rules: rules, sideBySide: sideBySide, firstGeneration: 1)
        send(.began)
    }

    /// Hands an event in; gives the actions.
    @discardableResult
    func send(_ event: DeploymentEvent, sourceLocation: SourceLocation = #_sourceLocation) -> [DeploymentAction] {
        let step = deployment.handle(event, at: now)
        if let record = step.record { saved = record }
        let violation = Invariants.violation(in: deployment)
        #expect(violation == nil, sourceLocation: sourceLocation)
        return step.actions
    }

    @discardableResult
    func decide(_ release: Digest?, _ decision: UInt64, sourceLocation: SourceLocation = #_sourceLocation) -> [DeploymentAction]
    {
        let target = release.map { Target(release: $0, decision: decision) }
        return send(.decided(Decision(target: target, reason: "because"), head: nil), sourceLocation: sourceLocation)
    }

    @discardableResult
    func pass(_ duration: Duration) -> [DeploymentAction] {
        now = now + duration
        return send(.ticked)
    }

    /// The host is frozenfor this long, and thawed.
    func freeze(_ duration: Duration) {
        now = now + duration
        send(.thawed(after: duration))
    }

    /// The agent ends and begins again with what was saved.
    @discardableResult
    func restart() -> [DeploymentAction] {
        generation += 1000
        deployment = Deployment(resuming: saved, rules: rules, sideBySide: sideBySide, firstGeneration: generation)
        return send(.began)
    }

    /// The backend that a release is starting or running as.
    func backend(_ release: Digest) -> BackendID {
        let slots = [deployment.serving, deployment.fallback, deployment.candidate].compactMap { $0 }
        return slots.first { $0.release == release }?.backend ?? BackendID(release: release, generation: 0)
    }

    /// Its copy is verified, then its backend is ready.
    @discardableResult
    func bringUp(_ release: Digest) -> [DeploymentAction] {
        send(.materialized(release)) + send(.ready(backend(release)))
    }

    /// Makes a release the one that serves, proven.
    func prove(_ release: Digest, _ decision: UInt64) {
        decide(release, decision)
        bringUp(release)
        pass(.seconds(10))
    }

    func crash(_ release: Digest) -> [DeploymentAction] { send(.exited(backend(release), reason: "It crashed.")) }

    var serving: Digest? { deployment.serving?.release }
    var refused: [Target] { saved.refused.map { Target(release: $0.release, decision: $0.decision) } }
}

/// A digest that tests can tell from others.
func digest(_ number: Int) -> Digest { Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 == 0 ? number : 7) }) }

let a = digest(0xa)
let b = digest(0xb)
let c = digest(0xc)

extension [DeploymentAction] {
    var traffic: BackendID?? {
        for case .switchTraffic(let backend, _) in reversed() { return .some(backend) }
        return nil
    }
    var swaps: [Digest] { compactMap { if case .swapCurrent(let release) = $0 { release } else { nil } } }
    var copies: [Digest] { compactMap { if case .materialize(let release) = $0 { release } else { nil } } }
    var starts: [Digest] { compactMap { if case .start(let backend) = $0 { backend.release } else { nil } } }
    var ends: [BackendID] {
        compactMap {
            switch $0 {
            case .retire(let backend), .kill(let backend): backend
            default: nil
            }
        }
    }
    var asks: [BackendID] { compactMap { if case .askGate(let backend) = $0 { backend } else { nil } } }
    var cancels: [BackendID] { compactMap { if case .cancelGate(let backend) = $0 { backend } else { nil } } }
    var wake: Instant? {
        for case .wake(let instant) in reversed() { return instant }
        return nil
    }
}
