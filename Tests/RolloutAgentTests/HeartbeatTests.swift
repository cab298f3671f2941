import RolloutCore
import RolloutTesting
import Testing

@testable import RolloutAgent

@Suite struct HeartbeatTests {
    @Test func noBeatComesWhileTheLoopThatDecidesHangs() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try await bed.run { app in
                let (beats, others, gate) = (CountedBeats(), CountedBeats(), Gate())
                app.observe { gate.pass() }
                let watched = Task {
                    await Heartbeat(interval: .milliseconds(5), loops: [app.pulse], lifecycle: beats).beat()
                }
                // Beats by a loop that never hangs: the measure of time.
                let measure = Task {
                    await Heartbeat(interval: .milliseconds(5), loops: [{ $0() }], lifecycle: others).beat()
                }
                defer {
                    gate.open()
                    watched.cancel()
                    measure.cancel()
                }
                #expect(await eventually { beats.now > 3 })
                gate.close()
                app.note(.ticked)
                #expect(await eventually { gate.waiting > 0 })
                let (before, start) = (beats.now, others.now)
                #expect(await eventually { others.now > start + 50 })
                // One answer may have been on its way.
                #expect(beats.now <= before + 1)
                gate.open()
                let after = beats.now
                #expect(await eventually { beats.now > after + 3 })
            }
        }
    }
}
