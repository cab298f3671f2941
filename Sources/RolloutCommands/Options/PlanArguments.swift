import ArgumentParser
import RolloutCore

extension Share: ExpressibleByArgument {}

/// Waves on the command line: `1,10%,50%,100%`.
struct WavesArgument: ExpressibleByArgument {
    var goals: [WaveGoal]

    init?(argument: String) {
        guard let goals = WaveGoal.list(argument), !goals.isEmpty else { return nil }
        self.goals = goals
    }
}

/// How long hosts serve before the next wave opens: `2m`, or one for each wave: `30s,2m,5m`.
struct BakesArgument: ExpressibleByArgument {
    var bakes: [Duration]

    init?(argument: String) {
        guard let bakes = PlanTemplate.bakes(argument), !bakes.isEmpty else { return nil }
        self.bakes = bakes
    }
}

/// How long a silent host is waited for: `10m`, or `never` for as long as it takes.
struct LossArgument: ExpressibleByArgument {
    var duration: Duration?

    init?(argument: String) {
        if argument == "never" { return }
        guard let duration = Duration(text: argument) else { return nil }
        self.duration = duration
    }
}

/// What the gateways' numbers must show, or `none`.
struct EvidenceArgument: ExpressibleByArgument {
    var policy: EvidencePolicy?

    init?(argument: String) {
        if argument == "none" { return }
        guard let policy = EvidencePolicy(argument) else { return nil }
        self.policy = policy
    }
}
