import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout plan set`.
struct PlanSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Make a plan, or change one.",
        discussion: """
            What is left out keeps what it is in the plan of that name, or for a new one in all-at-once; waves begin with careful.

            Example:
              wasmrollout plan set night --waves 1,10%,100% --bake 10m --max-failures 1 \\
                  --volume /mnt/app
            """)

    @Argument(help: "The plan's name: 1 to 63 of a-z 0-9 . _ -, a letter or digit first.")
    var name: ChannelName

    @OptionGroup var shape: PlanShape
    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if shape.isEmpty { throw ValidationError("Say what the plan is: --waves, --bake, --max-failures and so on.") }
    }

    func run() async throws {
        let (name, shape) = (name.description, shape)
        global.write(
            try await volume.read { volume in
                var settings = try VolumeSettings.load(volume)
                let plan = try shape.applied(to: settings.plan(name) ?? .allAtOnce)
                let isKnown = settings.plan(name) == plan
                if !isKnown {
                    settings.plans = (settings.plans ?? [:]).merging([name: plan]) { _, new in new }
                    try settings.save(to: volume)
                }
                let done = isKnown ? "Plan '\(name)' is so already. Nothing was changed." : "Set plan '\(name)':"
                return PlanResult(done: done, plans: [PlanDescription(name, plan, in: settings)])
            })
    }
}
