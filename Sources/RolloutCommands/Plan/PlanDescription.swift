import ReleaseStore
import RolloutCore

/// A named plan, as people write it.
struct PlanDescription: Encodable, Hashable, Sendable {
    var name: String
    /// Used by who names none.
    var isDefault: Bool
    /// Whether it stands in the volume's settings; else it is one of those that are always there.
    var isSet: Bool
    var waves: String
    var bake: String
    var maxFailures: Int
    var maxUnavailable: Share
    var patience: String
    var lostAfter: String?
    var evidence: String?

    init(_ name: String, _ plan: PlanTemplate, in settings: VolumeSettings) {
        self.name = name
        self.isDefault = name == settings.defaultPlan ?? "all-at-once"
        self.isSet = settings.plans?[name] != nil
        self.waves = plan.waves.map(\.description).joined(separator: ",")
        self.bake = plan.bakes.map(\.text).joined(separator: ",")
        self.maxFailures = plan.maxFailures
        self.maxUnavailable = plan.maxUnavailable
        self.patience = plan.patience.text
        self.lostAfter = plan.lostAfter?.text
        self.evidence = plan.evidence?.description
    }

    /// The options that would ask for the same.
    var options: String {
        "--waves \(waves) --bake \(bake) --max-failures \(maxFailures) --max-unavailable \(maxUnavailable) --patience \(patience) "
            + "--lost-after \(lostAfter ?? "never") --evidence \(evidence ?? "none")"
    }

    var text: String {
        var facts = FactList()
        facts.add("plan", name + (isDefault ? " (the default)" : ""))
        facts.add("from", isSet ? "the volume's settings" : "built in")
        facts.add("waves", waves)
        facts.add("bake", bake)
        facts.add("max failures", "\(maxFailures)")
        facts.add("max unavailable", "\(maxUnavailable)")
        facts.add("patience", patience)
        facts.add("lost after", lostAfter ?? "never")
        facts.add("evidence", evidence ?? "none")
        return facts.text
    }
}

/// What the commands for plans write: the plans it is about, as they are now.
struct PlanResult: Renderable {
    /// What was done, in a sentence; `nil` when nothing was asked to be done.
    var done: String?
    var plans: [PlanDescription]

    var text: String {
        guard plans.count != 1 || done != nil else { return plans[0].text }
        if let done { return ([done] + plans.map { "  " + $0.options }).joined(separator: "\n") }
        var table = TextTable("plan", "waves", "bake", "failures", "unavailable", "patience", "evidence")
        for plan in plans {
            table.add(
                plan.name + (plan.isDefault ? " *" : ""), plan.waves, plan.bake, "\(plan.maxFailures)",
                "\(plan.maxUnavailable)",
                plan.patience, plan.evidence)
        }
        return table.text + "\n* used when --plan is left out"
    }
}
