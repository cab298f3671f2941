import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout rollback`.
struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an earlier release the target again, on every host at once.",
        discussion: """
            Without --to it is the promoted release before the one that is the target now; while a rollout is open, the last one \
            promoted, and the rollout is over. Releases that are quarantined, gone from the volume, or refused by a quarter or more of the \
            live hosts are passed over, and it says so; when all of them were refused, it takes the one that the fewest refused. Holds and freezes do not prevent it. A rollback is a new record: nothing is taken back \
            from the log.

            Example:
              wasmrollout rollback --app shop --volume /mnt/app --key ci.key.json \\
                  --message "v2 answers slowly" --wait
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
                among: channel.promoted.map(operation.labels.name), where: "the list of promoted releases of channel '\(name)'")
        }
        let outcome = try operation.publisher.rollBack(name, to: target, message: operation.message)
        let appended = outcome.appended
        guard let release = appended.record.change.release else { preconditionFailure("a rollback names its release") }
        var result = RollbackResult(
            app: operation.app, channel: name, sequence: appended.record.sequence, from: operation.labels.name(channel.target),
            to: operation.labels.name(release), warnings: appended.warnings)
        result.note(outcome.choice, operation.labels)
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

    /// Newer releases that it does not return to.
    var skipped: [SkippedRelease] = []

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

/// An earlier release that a rollback passed over.
struct SkippedRelease: Encodable, Sendable {
    var release: ReleaseName
    var reason: String
}

extension RollbackResult {
    /// Says how the release was found, when that was not simply the one before.
    fileprivate mutating func note(_ choice: RollbackChoice?, _ labels: ReleaseLabels) {
        guard let choice else { return }
        skipped = choice.skipped.map { SkippedRelease(release: labels.name($0.release), reason: $0.reason.words) }
        next += skipped.map { "Passed over \($0.release.text): \($0.reason.sentence) --to would choose it." }
        guard let refusal = choice.refusedBy?.words else { return }
        next.append(
            choice.isLastResort
                ? "No earlier release is better: \(refusal.sentence) The hosts try it again; --to would choose another."
                : "\(refusal.sentence) Whoever refused it tries it again.")
    }
}
