import Hosts
import RolloutCore
import Testing

@testable import RolloutAgent

@Suite struct StopPlanTests {
    private func plan(
        _ kind: HostKind, timeout: Duration? = nil, pause: Duration? = nil, drain: Duration? = nil, stop: Duration = .seconds(5)
    ) -> StopPlan {
        let host = HostProfile(kind: kind, id: "h", source: .machine).overridden(by: HostSection(stopTimeout: timeout))
        let app = AppSection(name: "a", drain: drain, stop: stop, gateway: GatewaySection(deregistration: pause))
        return StopPlan(app, on: host)
    }

    @Test func anInstanceTakesItsTime() {
        let plan = plan(.instance, drain: .seconds(600))
        #expect(plan.pause == .zero && plan.drain == .seconds(600) && plan.stop == .seconds(5))
        #expect(plan.defect == nil && plan.spare == nil)
    }

    @Test func aContainersDrainGetsWhatIsLeft() {
        let plan = plan(.container)
        #expect(plan.pause == .seconds(5) && plan.drain == .seconds(17) && plan.stop == .seconds(5))
        #expect(plan.spare == .seconds(3) && plan.defect == nil)
    }

    @Test(
        arguments: [Duration.seconds(2), .seconds(10), .seconds(30), .seconds(120)],
        [Duration.zero, .seconds(5), .seconds(300)])
    func itAlwaysEndsInTime(timeout: Duration, wish: Duration) {
        let plan = plan(.container, timeout: timeout, pause: wish, drain: wish, stop: wish)
        #expect(plan.total < timeout)
        #expect((plan.spare ?? .zero) >= min(timeout / 10, .seconds(5)))
        #expect(plan.drain >= .zero)
    }

    @Test func whatCannotFitIsSaid() {
        #expect(plan(.container, drain: .seconds(25)).defect?.contains("27s") == true)
        #expect(plan(.container, timeout: .seconds(60), drain: .seconds(25)).defect == nil)
        #expect(plan(.container, pause: .seconds(20), stop: .seconds(10)).defect != nil)
    }

    @Test func theConfigurationOfAContainerMustFit() throws {
        let text = """
            trust = "none"
            [host]
            kind = "container"
            [volume]
            path = "/v"
            [[app]]
            name = "a"
            listen = "0.0.0.0:80"
            drain = "60s"
            """
        let error = #expect(throws: ConfigurationError.self) { try AgentConfiguration(parsing: text) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.contains("app[0] cannot stop in time") == true)
        let longer = text.replacing("kind = \"container\"", with: "kind = \"container\"\nstop-timeout = \"100s\"")
        #expect(try AgentConfiguration(parsing: longer).stopPlans?.first?.drain == .seconds(60))
    }
}
