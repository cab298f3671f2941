import Glibc
import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import RolloutAgent

@Suite struct HeartbeatTests {
    /// What a loop that decides can be held up at.
    private final class Barrier: Sendable {
        let isClosed = Atomic<Bool>(false)
        let hasArrived = Atomic<Bool>(false)

        func pass() {
            while isClosed.load(ordering: .sequentiallyConsistent) {
                hasArrived.store(true, ordering: .sequentiallyConsistent)
                usleep(1000)
            }
        }
    }

    @Test func noBeatComesWhileTheLoopThatDecidesHangs() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try await bed.run { app in
                let (beats, others, barrier) = (CountedBeats(), CountedBeats(), Barrier())
                app.observe { barrier.pass() }
                let watched = Task {
                    await Heartbeat(interval: .milliseconds(5), loops: [app.pulse], lifecycle: beats).beat()
                }
                // Beats by a loop that never hangs: the measure of time.
                let measure = Task {
                    await Heartbeat(interval: .milliseconds(5), loops: [{ $0() }], lifecycle: others).beat()
                }
                defer {
                    barrier.isClosed.store(false, ordering: .sequentiallyConsistent)
                    watched.cancel()
                    measure.cancel()
                }
                #expect(await eventually { beats.now > 3 })
                barrier.isClosed.store(true, ordering: .sequentiallyConsistent)
                app.note(.ticked)
                #expect(await eventually { barrier.hasArrived.load(ordering: .sequentiallyConsistent) })
                let (before, start) = (beats.now, others.now)
                #expect(await eventually { others.now > start + 50 })
                // One answer may have been on its way.
                #expect(beats.now <= before + 1)
                barrier.isClosed.store(false, ordering: .sequentiallyConsistent)
                let after = beats.now
                #expect(await eventually { beats.now > after + 3 })
            }
        }
    }
}
