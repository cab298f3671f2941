import ArgumentParser
import ReleaseStore

/// `wasmrollout plan show`.
struct PlanShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a plan; the default one when none is named.",
        discussion: """
            Which hosts its waves mean just now, `publish --plan NAME --dry-run` tells.

            Example:
              wasmrollout plan show careful --volume /mnt/app
            """)

    @Argument(help: "The plan's name.")
    var name: String?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let name = name
        global.write(
            try await volume.read { volume in
                let settings = try VolumeSettings.load(volume)
                let (name, plan) = try settings.require(name)
                return PlanResult(plans: [PlanDescription(name, plan, in: settings)])
            })
    }
}
