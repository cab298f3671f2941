import ArgumentParser

/// `wasmrollout plan`.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Name the ways in which releases go through the fleet.",
        discussion: """
            Plans stand in the volume's settings, which nobody signs: they save typing. What counts is the plan in the signed record, \
            which `publish` prints. all-at-once and careful are always there.

            Example:
              wasmrollout plan set night --waves 1,10%,100% --bake 10m --max-failures 1 \\
                  --volume /mnt/app
              wasmrollout plan default night --volume /mnt/app
              wasmrollout publish app.wasm --app shop --plan careful
            """,
        subcommands: [PlanList.self, PlanShow.self, PlanSet.self, PlanRemove.self, PlanDefault.self])
}
