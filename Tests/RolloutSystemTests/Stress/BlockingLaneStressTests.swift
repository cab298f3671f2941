import Glibc
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

/// Many callers with deadlines that race with the calls' ends. Meant for the thread sanitizer; it must also hold without.
@Suite struct BlockingLaneStressTests {
    private final class Count: Sendable {
        private let number = Mutex(0)

        var value: Int { number.withLock { $0 } }

        @discardableResult
        func increase() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    private let lane = BlockingLane("stress", path: "/volume")
    private let made = Count()
    private let taken = Count()
    private let discarded = Count()

    private func call(_ times: Int, seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        for _ in 0..<times {
            let work = UInt32.random(in: 0...400, using: &random)
            let limit = Duration.microseconds(Int.random(in: 50...3000, using: &random))
            let result = try? await lane.run(
                within: limit, for: .beaconPoll, discard: { [discarded] _ in discarded.increase() },
                { [made] in
                    // Blocks for real, for about as long as the shorter deadlines.
                    usleep(work)
                    return made.increase()
                })
            if result != nil { taken.increase() }
        }
    }

    @Test func everyResultIsTakenOrDiscarded() async throws {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<8 { group.addTask { await call(150, seed: UInt64(caller)) } }
        }
        #expect(await eventually { !lane.isHung })
        #expect(try await lane.run(within: .seconds(20), for: .beaconPoll) { 7 } == 7)
        #expect(await eventually { made.value == taken.value + discarded.value })
        #expect(taken.value > 0)
    }
}
