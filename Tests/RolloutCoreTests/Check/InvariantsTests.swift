import RolloutCore
import Testing

/// Laws that cannot be seen broken prove nothing: each is shown to notice what it is there for.
@Suite struct InvariantsTests {
    private let at = Instant(milliseconds: 1_800_000_000_000)

    private func sound() -> ScriptedHost {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        return host
    }

    @Test(
        arguments: [
            { $0.format = 2 }, { $0.serving = nil }, { $0.probation = nil }, { $0.probation?.fallback = $0.serving },
            { $0.attempt = $0.serving.map { Attempt(target: $0, since: Instant(milliseconds: 0)) } },
            { $0.refused = [Refusal(release: b, decision: 2, reason: "", at: Instant(milliseconds: 0))] },
            { $0.refused = [Refusal(release: a, decision: 1, reason: "", at: Instant(milliseconds: 0))] },
            {
                $0.refused = Array(
                    repeating: Refusal(release: c, decision: 1, reason: "", at: Instant(milliseconds: 0)), count: 2)
            },
            { $0.proven = [a, a] }, { $0.proven = (0...HostRecord.provenLimit).map(digest) },
        ] as [@Sendable (inout HostRecord) -> Void])
    func aBrokenHostRecordIsNoticed(break: @Sendable (inout HostRecord) -> Void) {
        var record = sound().saved
        #expect(Invariants.violation(in: record) == nil)
        `break`(&record)
        #expect(Invariants.violation(in: record) != nil)
    }

    @Test func whatWasAcceptedNeverGoesDown() throws {
        func record(_ sequence: UInt64?, digest number: Int = 1) -> HostRecord {
            var record = HostRecord(app: "shop")
            record.accepted = sequence.map {
                AcceptedHead(volume: TestLog.volume, sequence: $0, digest: digest(number), time: at, state: .empty)
            }
            return record
        }
        #expect(Invariants.violation(from: record(nil), to: record(1)) == nil)
        #expect(Invariants.violation(from: record(1), to: record(1)) == nil)
        #expect(Invariants.violation(from: record(2), to: record(1)) != nil)
        #expect(Invariants.violation(from: record(2), to: record(nil)) != nil)
        #expect(Invariants.violation(from: record(2), to: record(2, digest: 9)) != nil)
        #expect(Invariants.violation(from: record(1), to: HostRecord(app: "other")) != nil)
    }

    @Test func whatRunsAndWhereTrafficGoesIsCompared() {
        let host = sound()
        let (old, new) = (host.backend(a), host.backend(b))
        let view = HostView(running: [old, new], traffic: new, current: b, verified: [a, b], hasServed: true)
        func violation(_ change: (inout HostView) -> Void) -> String? {
            var view = view
            change(&view)
            return Invariants.violation(in: host.deployment, on: view)
        }
        #expect(violation { _ in } == nil)
        #expect(violation { $0.traffic = old } != nil)
        #expect(violation { $0.traffic = nil } != nil)
        #expect(violation { $0.traffic = BackendID(release: c, generation: 1) } != nil)
        #expect(violation { $0.running.insert(BackendID(release: c, generation: 1)) } != nil)
        #expect(violation { $0.verified = [a] } != nil)
    }

    @Test func aHostWithoutAReadyBackendSaysWhy() {
        let host = ScriptedHost()
        #expect(Invariants.reasonForSilence(of: host.deployment) != nil)
        host.prove(a, 1)
        #expect(Invariants.reasonForSilence(of: host.deployment) == nil)
        _ = host.crash(a)
        #expect(Invariants.reasonForSilence(of: host.deployment)?.contains("copied") == true)
        host.send(.materialized(a))
        #expect(Invariants.reasonForSilence(of: host.deployment)?.contains("starting") == true)
        host.send(.failed(host.backend(a), reason: "No memory."))
        #expect(Invariants.reasonForSilence(of: host.deployment)?.contains("No memory.") == true)
    }
}
