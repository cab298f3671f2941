import Foundation
import RolloutCore
import Testing

@Suite struct RecordTests {
    static let changes: [(Change, String)] = [
        (.release(channel: "stable", release: a, waves: [.everyone]), "release"),
        (.release(channel: "stable", release: a, plan: PlanTemplate.careful.plan(hosts: [])), "release"),
        (.move(from: "canary", to: "stable", release: a, plan: .allAtOnce), "move"),
        (.approve(channel: "stable", wave: 0), "approve"), (.liftQuarantine(release: a), "liftQuarantine"),
        (.freeze(channel: "stable", windows: [.weekly(from: 7000, until: 100), .daily(from: 60, until: 0)]), "freeze"),
        (.pin(host: "web-1", release: a), "pin"), (.unpin(host: "web-1"), "unpin"),
        (.openWave(channel: "stable", wave: 1), "openWave"),
        (.promote(channel: "stable"), "promote"), (.hold(channel: "stable"), "hold"), (.resume(channel: "stable"), "resume"),
        (.rollBack(channel: "stable", to: a), "rollBack"), (.quarantine(release: a), "quarantine"),
    ]

    @Test(arguments: changes) func aChangeReadsBack(change: Change, kind: String) throws {
        let json = try JSONEncoder().encode(change)
        #expect(try JSONDecoder().decode(Change.self, from: json) == change)
        #expect(String(decoding: json, as: UTF8.self).contains("\"kind\":\"\(kind)\""))
    }

    @Test(arguments: [
        #"{"kind":"selfDestruct","channel":"stable"}"#, #"{"channel":"stable"}"#, #"{"kind":"promote"}"#,
        #"{"kind":"promote","channel":"../x"}"#,
        #"{"kind":"openWave","channel":"stable","wave":"1"}"#, #"{"kind":"quarantine","release":"sha256:00"}"#,
        #"{"kind":"release","channel":"stable","release":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}"#,
        #"{"kind":"release","channel":"stable","release":"sha256:0000000000000000000000000000000000000000000000000000000000000000","plan":{"maxFailures":0,"maxUnavailable":0,"patience":1000,"waves":[{"approval":false,"bake":0,"size":0}]}}"#,
    ])
    func anUnknownOrIncompleteChangeIsRefused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Change.self, from: Data(json.utf8)) }
    }

    @Test(arguments: ["openWave", "approve"], [Int.min, -1, Limits.waves, Int.max])
    func aChangeOfAWaveThatNoRolloutHasIsRefused(kind: String, wave: Int) {
        let json = #"{"kind":"\#(kind)","channel":"stable","wave":\#(wave)}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Change.self, from: Data(json.utf8)) }
    }

    @Test func aRecordReadsBackWithExactNumbers() throws {
        var record = TestLog.entry(3).record
        record.sequence = Limits.sequence
        record.state.channels["stable"]?.decision = Limits.sequence
        #expect(record.defect == nil)
        #expect(try JSONDecoder().decode(Record.self, from: JSONEncoder().encode(record)) == record)
    }

    @Test func aHostRecordReadsBack() throws {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(b)
        host.decide(c, 3)
        #expect(try JSONDecoder().decode(HostRecord.self, from: JSONEncoder().encode(host.saved)) == host.saved)
    }

    @Test(
        arguments: [
            { $0.format = 2 }, { $0.sequence = 0 }, { $0.sequence = Limits.sequence + 1 }, { $0.previous = nil },
            { $0.sequence = 1 },
            { $0.who = String(repeating: "x", count: Limits.textBytes + 1) },
            { $0.message = String(repeating: "é", count: Limits.textBytes) },
            { $0.state.channels = [:] }, { $0.state.channels["stable"]?.target = digest(2) },
            { $0.state.channels["stable"]?.decision = 2 },
            { $0.state.channels["beta"] = ChannelState(target: a, decision: 4, promoted: [a]) },
            { $0.state.channels["beta"] = ChannelState(target: a, decision: 0, promoted: [a]) },
            { $0.state.channels["stable"]?.rollout = OpenRollout(id: 9, plan: .allAtOnce, openWave: 0, began: $0.time) },
            { $0.state.quarantined = [a, a] },
        ] as [@Sendable (inout Record) -> Void])
    func anUnsoundRecordIsMalformed(break: @Sendable (inout Record) -> Void) throws {
        var entry = TestLog.entry(3)
        #expect(entry.record.defect == nil)
        `break`(&entry.record)
        #expect(entry.record.defect != nil)
        var log = TestLog.fresh(nil)
        #expect(throws: TrustRefusal.self) { try log.accept(entry, now: Instant(milliseconds: 1_800_000_000_000)) }
        #expect(log.accepted == nil)
    }

    @Test func theFirstRecordsStateIsWhatItsChangeMakesOfNothing() {
        var record = TestLog.entry(1).record
        #expect(record.defect == nil)
        record.state.quarantined = [b]
        #expect(record.defect != nil)
    }
}
