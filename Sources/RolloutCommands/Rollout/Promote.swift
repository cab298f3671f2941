import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout promote`.
struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take an open rollout one step further by hand, or a release from one channel to another.",
        discussion: """
            Opens the next wave without waiting for the bake or for evidence, or after the last one makes the release the promoted one, \
            which rollbacks return to. --now does that at once, for every host. Approvals, holds and freezes still count.

            --from and --to make what is promoted on one channel the target of another, the same release, by a plan of its own.

            Example:
              wasmrollout promote --app shop --volume /mnt/app --key ops.key.json \\
                  --message "enough seen"
              wasmrollout promote --app shop --from canary --to stable --plan careful --wait
            """)

    @Flag(name: .long, help: "For every host at once, whatever waves are left.")
    var now = false

    @Option(name: .long, help: "The channel on which the release is promoted.")
    var from: ChannelName?

    @Option(name: .long, help: "The channel to promote it to.")
    var to: ChannelName?

    @OptionGroup(title: "With --from and --to: how it goes through the fleet") var plan: PlanOptions
    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if (from == nil) != (to == nil) { throw ValidationError("Give --from and --to together.") }
        if let from, from == to { throw ValidationError("--from and --to are the same channel.") }
        if from != nil, now {
            throw ValidationError("--now is for the rollout that is open; with --from use --plan all-at-once.")
        }
        if from == nil, plan.plan != nil || !plan.shape.isEmpty || plan.allowNewCapabilities {
            throw ValidationError("A plan needs --from and --to: that of an open rollout stands in its record.")
        }
    }

    func run() async throws {
        let result = try await options.run { operation in
            try from.map { try move(from: $0, operation) } ?? advance(operation)
        }
        try await waiting.finish(result, options.record.volume, on: to ?? place.channel, global: global)
    }

    private func advance(_ operation: Operation) throws -> OperationResult {
        let name = place.channel
        let action = "promote channel '\(name)'"
        let rollout = try operation.rollout(name, to: action)
        let (state, last) = (try operation.channel(name), rollout.plan.waves.count - 1)
        let next = now ? nil : rollout.nextWave
        if let wave = rollout.lacksApproval(upTo: next ?? last) {
            throw operation.refusal(
                action, "wave \(wave + 1) of \(last + 1) needs approval",
                "Give it with `wasmrollout approve --wave \(wave + 1)`.")
        }
        let status = try operation.rollout(name, in: operation.head)
        if !now, let status, [.rollBack, .stuck].contains(status.verdict) {
            throw operation.refusal(
                action, "a coordinator goes back: \(status.reason.withoutStop)", "--now promotes it all the same.")
        }
        let label = operation.label(state.target)
        var result =
            if let next {
                try operation.write(
                    .openWave(channel: name, wave: next), on: name,
                    "Opened wave \(next + 1) of \(last + 1) of \(label) on channel \(name) of \(operation.app)")
            } else {
                try operation.write(
                    .promote(channel: name), on: name, "Promoted \(label) on channel \(name) of \(operation.app)")
            }
        if let status { result.next.insert("A coordinator would have said: \(status.reason)", at: 0) }
        if next == nil { result.next.append("Every host of channel \(name) may run it now, and rollbacks return to it.") }
        result.target = Target(release: state.target, decision: state.decision)
        return result
    }

    private func move(from source: ChannelName, _ operation: Operation) throws -> OperationResult {
        guard let to else { preconditionFailure("--from without --to was refused") }
        let asked = try plan.template(on: operation.volume)
        let outcome: PublishOutcome
        do throws(StoreError) {
            outcome = try operation.publisher.move(
                from: source, to: to, plan: .template(asked.plan), newCapabilities: plan.newCapabilities,
                message: operation.message)
        } catch {
            throw Obstacle(operation.volume, app: operation.app).explain(error, on: to)
        }
        let label = operation.label(outcome.release)
        let record = outcome.sequence.map { ": record \($0)" } ?? ""
        let verb = outcome.rollout == nil ? "Promoted" : "Released"
        let waves = outcome.rollout.map { ", in \($0.plan.waves.count) waves" } ?? ""
        let path = "from \(source) to \(to)\(waves)"
        var result = OperationResult(
            app: operation.app, channel: to, done: "\(verb) \(label) of \(operation.app) \(path)\(record).")
        result.sequence = outcome.sequence
        result.change = .move(from: source, to: to, release: outcome.release, plan: outcome.plan)
        result.warnings = outcome.warnings
        result.plan = try PlanOutline(outcome, asked: asked, of: operation.app, on: to, operation.volume)
        if !outcome.addedCapabilities.isEmpty, outcome.before != nil {
            result.next = outcome.addedCapabilities.phrases.map { "It newly asks for \($0)." }
        }
        result.target = outcome.sequence.map { Target(release: outcome.release, decision: $0) }
        return result
    }
}

extension String {
    var withoutStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
