import ArgumentParser
import ReleaseStore
import RolloutCore

/// How a release goes through the fleet, and what it may ask for that is new.
struct PlanOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A plan by name: `wasmrollout plan list` shows them. Default: the volume's default plan, else all-at-once. The options "
                + "below change parts of it.", valueName: "name"))
    var plan: String?

    @OptionGroup var shape: PlanShape

    @Flag(
        name: .long,
        help: "Release it although it asks for more (outbound hosts, stores, variables) than the release before it.")
    var allowNewCapabilities = false

    /// The plan that was asked for, and its name; without a name when options have changed it.
    func template(on volume: Volume) throws -> (name: String?, plan: PlanTemplate) {
        let base = try VolumeSettings.load(volume).require(plan)
        return (shape.isEmpty ? base.name : nil, try shape.applied(to: base.plan))
    }

    var newCapabilities: NewCapabilities { allowNewCapabilities ? .allowed : .refused }
}
