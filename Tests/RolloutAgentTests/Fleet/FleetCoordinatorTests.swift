import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite struct FleetCoordinatorTests {
    /// To such a clock every host is silent, or speaks of what is to come; and a good release would be taken back for it.
    @Test(arguments: [Duration.seconds(120), .seconds(400), .seconds(-400)])
    func decidesNothingWhileItsClockIsWrong(ahead: Duration) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try fixture.publish("2.0", waves: [WaveSize(unchecked: 500_000), .everyone])
            let place = VolumeCoordination(fixture.publisher())
            let head = try #require(try place.head())
            let skew = MeasuredSkew()
            _ = skew.note(ClockSkew(ahead: ahead))
            var section = CoordinatorSection(key: "/nowhere")
            section.interval = .milliseconds(20)
            let coordinator = FleetCoordinator(
                host: "a", publisher: fixture.publisher(), section: section, deadline: .seconds(60), clock: fixture.clock,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), skew: skew, accepted: { head })
            let work = Task { await coordinator.coordinate() }

            #expect(await eventually { coordinator.view.problem?.contains("clock is") == true })
            #expect(coordinator.view.decisions.isEmpty)
            #expect(try place.lease() == nil)

            _ = skew.note(ClockSkew(ahead: .zero))
            #expect(await eventually { !coordinator.view.decisions.isEmpty })
            #expect(coordinator.view.problem == nil)
            #expect(try place.lease()?.holder == "a")
            work.cancel()
            await work.value
        }
    }
}
