import ArgumentParser
import RolloutCore

/// Whether a command waits until the hosts have done what it decided.
struct WaitOptions: ParsableArguments {
    @Flag(name: .long, help: "Return only when every live host of the channel serves the release.")
    var wait = false

    @Flag(name: .long, help: "With --wait: when its probation (the bake) is over, too.")
    var baked = false

    @Option(name: .long, help: "With --wait: how long at most.")
    var timeout = DurationArgument(.seconds(300))

    func validate() throws {
        if baked, !wait { throw ValidationError("--baked needs --wait.") }
    }
}
