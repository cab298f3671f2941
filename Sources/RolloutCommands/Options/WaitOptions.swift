import ArgumentParser
import RolloutCore

/// Whether a command waits until the hosts have done what it decided.
struct WaitOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Return only when every live host that it concerns serves the release; with waves, when all are through.")
    var wait = false

    @Flag(name: .long, help: "With --wait: when its probation (the bake) is over, too.")
    var baked = false

    @Option(
        name: .long,
        help: ArgumentHelp("With --wait: how long at most. Default: 5m, and what the waves bake.", valueName: "time"))
    var timeout: DurationArgument?

    func validate() throws {
        if baked, !wait { throw ValidationError("--baked needs --wait.") }
    }
}
