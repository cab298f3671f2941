import ArgumentParser
import ReleaseStore

/// `wasmrollout plan list`.
struct PlanList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show every plan.",
        discussion: """
            Example:
              wasmrollout plan list --volume /mnt/app
            """)

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let plans = try await volume.read { volume in
            let settings = try VolumeSettings.load(volume)
            return settings.planNames.compactMap { name in settings.plan(name).map { PlanDescription(name, $0, in: settings) } }
        }
        global.write(PlanResult(plans: plans))
    }
}
