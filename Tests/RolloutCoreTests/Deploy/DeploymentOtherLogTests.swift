import RolloutCore
import Testing

/// An operator says that the log on the volume is right, though it is another one.
@Suite struct DeploymentOtherLogTests {
    private func head(_ sequence: UInt64, _ byte: UInt8) throws -> AcceptedHead {
        AcceptedHead(
            volume: try #require(VolumeID("00000000-0000-0000-0000-000000000000")), sequence: sequence,
            digest: Digest(bytes: [UInt8](repeating: byte, count: 32)), time: ScriptedHost.start, state: .empty)
    }

    @Test(arguments: [true, false]) func theHostForgetsWhatItAcceptedAndServesOn(sideBySide: Bool) throws {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.send(.decided(Decision(target: Target(release: a, decision: 5), reason: ""), head: try head(5, 5)))
        host.bringUp(a)
        let backend = host.deployment.serving?.ready
        let actions = host.send(.logReplaced)
        #expect(actions.isEmpty)
        #expect(host.saved.accepted == nil && host.saved.refused.isEmpty)
        #expect(host.deployment.serving?.ready == backend && host.saved.serving?.release == a)
        // A lower number than before.
        let next = host.send(.decided(Decision(target: Target(release: b, decision: 2), reason: ""), head: try head(2, 2)))
        #expect(next.copies == [b])
        #expect(host.saved.accepted?.sequence == 2)
        host.bringUp(b)
        #expect(host.serving == b)
    }
}
