import RolloutCore
import RolloutTesting
import Testing

@Suite struct DeploymentSimulationTests {
    @Test(arguments: [true, false])
    func everyLawHoldsWhateverHappens(sideBySide: Bool) {
        for seed in UInt64(0)..<400 {
            let simulation = DeploymentSimulation(seed: seed, sideBySide: sideBySide)
            simulation.run()
            guard let violation = simulation.violation else { continue }
            Issue.record("\(DeploymentSimulation.replay(seed: seed, sideBySide: sideBySide))\nseed \(seed): \(violation)")
            return
        }
    }

    @Test func aSeedReplaysExactly() {
        for seed in UInt64(0)..<20 {
            let first = DeploymentSimulation.replay(seed: seed, sideBySide: true)
            #expect(first.count > 1000)
            #expect(first == DeploymentSimulation.replay(seed: seed, sideBySide: true))
        }
    }

    @Test(arguments: SimulationMutation.allCases)
    func aWrongRunnerIsCaught(mutation: SimulationMutation) {
        let caught = (UInt64(0)..<300).contains { seed in
            let simulation = DeploymentSimulation(seed: seed, sideBySide: true, mutation: mutation)
            simulation.run()
            return simulation.violation != nil
        }
        #expect(caught)
    }
}
