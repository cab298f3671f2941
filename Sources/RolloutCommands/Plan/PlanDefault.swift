import ArgumentParser
import ReleaseStore

/// `wasmrollout plan default`.
struct PlanDefault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "default",
        abstract: "Choose the plan of releases for which none is named.",
        discussion: """
            Example:
              wasmrollout plan default careful --volume /mnt/app
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
                let (name, plan) = try settings.require(name)
                let isSo = try settings.require(nil).name == name
                if !isSo {
                    settings.defaultPlan = name
                    try settings.save(to: volume)
                }
                return PlanResult(
                    done: isSo
                        ? "Plan '\(name)' is the default already. Nothing was changed." : "Plan '\(name)' is the default now:",
                    plans: [PlanDescription(name, plan, in: settings)])
            })
    }
}
