import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout plan remove`.
struct PlanRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a plan from the volume's settings.",
        discussion: """
            Rollouts that it was used for go on: their plan stands in their record.

            Example:
              wasmrollout plan remove night --volume /mnt/app
            """)

    @Argument(help: "The plan's name.")
    var name: String

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let name = name
        global.write(
            try await volume.read { volume in
                var settings = try VolumeSettings.load(volume)
                let isBuiltIn = PlanTemplate.named[name] != nil
                guard settings.plans?.removeValue(forKey: name) != nil else {
                    _ = try settings.require(name)
                    throw CommandFailure(
                        .badData, "Could not remove plan '\(name)': it is built in. Use `wasmrollout plan set` to change it.")
                }
                if settings.defaultPlan == name, !isBuiltIn {
                    throw CommandFailure(
                        .badData,
                        "Could not remove plan '\(name)': it is the default. Choose another with `wasmrollout plan default` first."
                    )
                }
                try settings.save(to: volume)
                guard isBuiltIn, let plan = settings.plan(name) else {
                    return PlanResult(done: "Removed plan '\(name)'.", plans: [])
                }
                return PlanResult(
                    done: "Removed plan '\(name)'; the built-in one counts again:",
                    plans: [PlanDescription(name, plan, in: settings)])
            })
    }
}
