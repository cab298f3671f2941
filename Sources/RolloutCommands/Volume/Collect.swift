import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout collect`.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete what nothing needs from the volume.",
        discussion: """
            What a channel targets or could roll back to, what a host's status names, and the newest --keep releases of every app stay; \
            so does everything younger than --grace. The status of a host that has not reported for 7 days goes, and keeps nothing. When \
            anything that decides this cannot be read, nothing is deleted.

            Example:
              wasmrollout collect --volume /mnt/app --dry-run
            """)

    @Option(name: .long, help: "How many of each app's releases stay besides those that are needed.")
    var keep = VolumeCollector.defaultKeep

    @Option(name: .long, help: "What was written or reused this lately stays; no publish may take longer.")
    var grace = DurationArgument(VolumeCollector.defaultGrace)

    @Flag(name: .long, help: "Say what would be deleted, delete nothing.")
    var dryRun = false

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if !(0...100_000).contains(keep) { throw ValidationError("--keep must be 0 to 100000.") }
    }

    func run() async throws {
        let (keep, grace, dryRun) = (keep, grace.duration, dryRun)
        let outcome = try await volume.read { volume in
            try VolumeCollector(volume, keep: keep, grace: grace).collect(now: CommandHost.now, dryRun: dryRun)
        }
        global.write(Collected(outcome: outcome))
    }
}

/// What `collect` shows.
struct Collected: Renderable {
    var outcome: CollectOutcome

    func encode(to encoder: any Encoder) throws { try outcome.encode(to: encoder) }

    var text: String {
        var lines = outcome.removed.map { "\($0.path)  \($0.bytes.byteText)  \($0.reason)".printable }
        let verb = outcome.isDryRun ? "Would remove" : "Removed"
        lines.append("\(verb) \(outcome.removed.count) files, \(outcome.removedBytes.byteText); \(outcome.kept) stay.")
        return (lines + outcome.warnings.map(\.printable)).joined(separator: "\n")
    }
}
