import Foundation
import RolloutCore
import RolloutTesting
import Testing

/// `FLEET_SEEDS=20000` tries that many seeds, `FLEET_FIRST=5000` begins there, `FLEET_SEED=17` replays one with all that happens in it, and
/// `FLEET_MUTATION=dropsGate.bake` does so with a fault in the core.
@Suite struct FleetSimulationTests {
    private static func setting(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
    private static let seeds = setting("FLEET_SEEDS").flatMap { UInt64($0) } ?? 1000
    private static let first = setting("FLEET_FIRST").flatMap { UInt64($0) } ?? 0

    @Test func everyLawHoldsWhateverHappens() async {
        let halves = [Self.first..<Self.first + Self.seeds / 2, Self.first + Self.seeds / 2..<Self.first + Self.seeds]
        await withTaskGroup(of: Void.self) { group in
            for half in halves { group.addTask { Self.tryOut(half) } }
        }
    }

    private static func tryOut(_ seeds: Range<UInt64>) {
        for seed in seeds {
            let simulation = FleetSimulation(seed: seed)
            simulation.run()
            guard let violation = simulation.violation else { continue }
            Issue.record(
                "seed \(seed): \(violation). Replay: FLEET_SEED=\(seed) swift test --filter FleetSimulationTests/replaysTheSeed"
            )
            if setting("FLEET_SEEDS") == nil { return }
        }
    }

    @Test(.enabled(if: setting("FLEET_SEED") != nil)) func replaysTheSeed() {
        guard let seed = Self.setting("FLEET_SEED").flatMap({ UInt64($0) }) else { return }
        let mutation = FleetMutation.all.first { $0.description == Self.setting("FLEET_MUTATION") }
        let trace = FleetSimulation.replay(seed: seed, mutation: mutation)
        print(trace)
        #expect(!trace.contains("VIOLATION"))
    }

    @Test func aSeedReplaysExactly() {
        for seed in UInt64(0)..<5 {
            let first = FleetSimulation.replay(seed: seed)
            #expect(first.count > 1000)
            #expect(first == FleetSimulation.replay(seed: seed))
        }
    }

    @Test(arguments: FleetMutation.all) func aWrongCoreIsCaught(mutation: FleetMutation) {
        let caught = (UInt64(0)..<2000).first { seed in
            let simulation = FleetSimulation(seed: seed, mutation: mutation)
            simulation.run()
            return simulation.violation != nil
        }
        #expect(caught != nil, "\(mutation) goes unnoticed")
    }
}
