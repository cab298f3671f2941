import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout rollback`.
struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an earlier release the target again, on every host at once.",
        discussion: """
            Without --to it is the promoted release before the one that is the target now. A rollback is a new record: \
            nothing is taken back from the log.

            Example:
              wasmrollout rollback --app shop --volume /mnt/app --key ci.key.json --message "v2 answers slowly" --wait
            """)

    @Option(name: .long, help: ArgumentHelp("The release, by digest or version.", valueName: "release"))
    var to: ReleaseReference?

    @OptionGroup var options: PublisherOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let result = try await options.volume.call { try rollBack() }
        try await waiting.finish(result, options: options, global: global)
    }

    private func rollBack() throws -> RollbackResult {
        let publisher = try options.publisher()
        let volume = try options.volume.open()
        let app = try volume.onlyApp(options.app)
        let labels = ReleaseLabels(volume)
        let channel = try ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record.state.channels[options.channel]
        let target = try to.map { reference in
            try reference.resolve(
                among: (channel?.promoted ?? []).map(labels.name), where: "the history of channel '\(options.channel)'")
        }
        let appended = try publisher.rollBack(options.channel, to: target, message: options.message)
        guard let release = appended.record.change.release else { preconditionFailure("a rollback names its release") }
        return RollbackResult(
            app: app, channel: options.channel, sequence: appended.record.sequence,
            from: channel.map { labels.name($0.target) }, to: labels.name(release), warnings: appended.warnings)
    }
}

/// What `rollback` did.
struct RollbackResult: WaitableResult {
    var app: AppName
    var channel: ChannelName
    var sequence: UInt64
    var from: ReleaseName?
    var to: ReleaseName
    var warnings: [String]
    var wait: WaitReport?

    var target: Target? { Target(release: to.release, decision: sequence) }

    var text: String {
        let from = from.map { " from \($0.text)" } ?? ""
        let lines = ["Rolled channel \(channel) of \(app) back\(from) to \(to.text): record \(sequence)."] + warnings
        return lines.map(\.printable).joined(separator: "\n")
    }
}
