import ArgumentParser
import RolloutCore

/// What a plan is made of, as options. What is left out keeps what it is in another plan.
struct PlanShape: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The waves: numbers of hosts or shares of the fleet, of a group where one stands before it (az=a:50%), with ! where "
                + "somebody must approve first. The last is 100%. Such as 1,10%,50%,100%.", valueName: "list"))
    var waves: WavesArgument?

    @Option(
        name: .long,
        help: ArgumentHelp("How long a wave must serve it before the next one opens; or one for each wave.", valueName: "time"))
    var bake: BakesArgument?

    @Option(
        name: .long, help: ArgumentHelp("Hosts that may fail with it; with one more it is rolled back.", valueName: "count"))
    var maxFailures: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("The share of hosts that may be unavailable while it advances, such as 25%.", valueName: "share"))
    var maxUnavailable: Share?

    @Option(name: .long, help: ArgumentHelp("How long a host may take until it counts as unavailable.", valueName: "time"))
    var patience: DurationArgument?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A host that took it and is silent for so long has failed with it, at least 3m; or never: then people decide.",
            valueName: "time"))
    var lostAfter: LossArgument?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What the gateways' numbers must show, such as minimum=100,errors=1%,latency=200%,insufficient=probe, where "
                + "insufficient, for too few requests, is wait, probe or time; or none.", valueName: "policy"))
    var evidence: EvidenceArgument?

    @Option(
        name: .long,
        help: ArgumentHelp("A wave that waits until somebody approves it, from 1; may be repeated.", valueName: "wave"))
    var approveBefore: [Int] = []

    /// Whether none of it was given.
    var isEmpty: Bool {
        waves == nil && bake == nil && maxFailures == nil && maxUnavailable == nil && patience == nil && lostAfter == nil
            && evidence == nil && approveBefore.isEmpty
    }

    /// `plan` with what was given. Throws when that makes no plan.
    func applied(to plan: PlanTemplate) throws -> PlanTemplate {
        var plan = plan
        if let waves {
            // Who asks for waves of a plan that has none wants them to wait for something.
            if waves.goals.count > 1, plan.waves.count == 1 { plan = .careful }
            plan.waves = waves.goals
        }
        if let bake { plan.bakes = bake.bakes }
        if let maxFailures { plan.maxFailures = maxFailures }
        if let maxUnavailable { plan.maxUnavailable = maxUnavailable }
        if let patience { plan.patience = patience.duration }
        if let lostAfter { plan.lostAfter = lostAfter.duration }
        if let evidence { plan.evidence = evidence.policy }
        for wave in approveBefore {
            guard plan.waves.indices.contains(wave - 1) else {
                throw CommandFailure(
                    .usage,
                    "Could not plan the rollout: there is no wave \(wave) to approve, there are \(plan.waves.count). "
                        + "Count them from 1 in --approve-before.")
            }
            plan.waves[wave - 1].needsApproval = true
        }
        if let defect = plan.defect {
            throw CommandFailure(.usage, "Could not plan the rollout: \(defect). Correct --waves and what belongs to it.")
        }
        return plan
    }
}
