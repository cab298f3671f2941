import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout rollback`.
struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an earlier release the target again, on every host at once.",
        discussion: """
            Without --to it is the promoted release before the one that is the target now; while a rollout is open, the last one \
            promoted, and the rollout is over. Holds and freezes do not prevent it. A rollback is a new record: nothing is taken back \
            from the log.

            Example:
              wasmrollout rollback --app shop --volume /mnt/app --key ci.key.json --message "v2 answers slowly" --wait
            """)

    @Option(name: .long, help: ArgumentHelp("The release, by digest or version.", valueName: "release"))
    var to: ReleaseReference?

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let result = try await options.run { try rollBack($0) }
        try await waiting.finish(result, options.record.volume, on: place.channel, global: global)
    }

    private func rollBack(_ operation: Operation) throws -> RollbackResult {
        let name = place.channel
        let channel = try operation.channel(name)
        let target = try to.map { reference in
            try reference.resolve(
                among: channel.promoted.map(operation.labels.name), where: "the history of channel '\(name)'")
        }
        let appended = try operation.publisher.rollBack(name, to: target, message: operation.message)
        guard let release = appended.record.change.release else { preconditionFailure("a rollback names its release") }
        var result = RollbackResult(
            app: operation.app, channel: name, sequence: appended.record.sequence, from: operation.labels.name(channel.target),
            to: operation.labels.name(release), warnings: appended.warnings)
        if let rollout = channel.rollout {
            let wave = (rollout.openWave ?? -1) + 1
            result.next.append(
                "Its rollout is over, at wave \(wave) of \(rollout.plan.waves.count). `wasmrollout quarantine` would forbid it for all."
            )
        }
        if channel.held { result.next.append("Channel \(name) is still held.") }
        return result
    }
}

/// What `rollback` did.
struct RollbackResult: WaitableResult {
    var app: AppName
    var channel: ChannelName
    var sequence: UInt64
    var from: ReleaseName?
    var to: ReleaseName
    /// What it means, and what stays as it was.
    var next: [String] = []
    var warnings: [String]
    var wait: WaitReport?

    var plan: PlanOutline? { nil }
    var target: Target? { Target(release: to.release, decision: sequence) }

    var text: String {
        let from = from.map { " from \($0.text)" } ?? ""
        let lines =
            ["Rolled channel \(channel) of \(app) back\(from) to \(to.text): record \(sequence)."] + next.map { "  \($0)" }
            + warnings
        return lines.map(\.printable).joined(separator: "\n")
    }
}
