import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout quarantine`.
struct Quarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forbid a release on every channel and host, or allow it again.",
        discussion: """
            Where it is the target, the release promoted before it is the target again, at once and for every host. Coordinators do the \
            same to a release that fails. --lift allows it again; it has to be published anew to become a target.

            Example:
              wasmrollout quarantine 1.4.2 --app shop --volume /mnt/app \\
                  --key ops.key.json --message "leaks orders" --wait
              wasmrollout quarantine 1.4.2 --lift --app shop --message "it was the database"
            """)

    @Argument(help: "A digest, its first digits (4 at least), or a version label.")
    var release: ReleaseReference

    @Flag(name: .long, help: "Allow it again.")
    var lift = false

    @OptionGroup var options: OperationOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if lift, waiting.wait { throw ValidationError("With --lift there is nothing to wait for.") }
    }

    func run() async throws {
        let (result, channel) = try await options.run { try lift ? (lift($0), nil) : quarantine($0) }
        try await waiting.finish(result, options.record.volume, on: channel, global: global)
    }

    private func quarantine(_ operation: Operation) throws -> (OperationResult, ChannelName?) {
        let labels = operation.labels
        let known = try ReleaseHistory(operation.volume, app: operation.app).releases()
        let release = try self.release.resolve(among: known.map(labels.name), where: "the log of app '\(operation.app)'")
        let label = operation.label(release)
        if operation.state.quarantined.contains(release) {
            let blame = operation.blame { $0 == .quarantine(release: release) }
            return (operation.nothing("\(label) is quarantined already\(blame.withoutStop)"), nil)
        }
        let appended = try operation.append(.quarantine(release: release))
        var result = operation.result(of: appended, on: nil, "Quarantined \(label) of \(operation.app)")
        let after = appended.record.state
        var moved: [ChannelName] = []
        for (name, before) in operation.state.channels.sorted(by: { $0.key < $1.key }) where before.target == release {
            guard let state = after.channels[name], state.target != release else {
                result.next.append(
                    "Channel \(name) has nothing to go back to: hosts keep what they serve. Publish a good release.")
                continue
            }
            moved.append(name)
            result.next.append("Channel \(name) goes back to \(operation.label(state.target)).")
            result.target = Target(release: state.target, decision: state.decision)
        }
        for (host, pin) in operation.state.pins.sorted(by: { $0.key < $1.key }) where pin.release == release {
            result.next.append("Host \(host) is no longer pinned to it.")
        }
        if moved.count != 1 { result.target = nil }
        return (result, moved.count == 1 ? moved[0] : nil)
    }

    private func lift(_ operation: Operation) throws -> OperationResult {
        let quarantined = operation.state.quarantined.map(operation.labels.name)
        guard quarantined.contains(where: self.release.matches) else {
            let known = try ReleaseHistory(operation.volume, app: operation.app).releases().map(operation.labels.name)
            let release = try self.release.resolve(among: known, where: "the log of app '\(operation.app)'")
            throw operation.refusal(
                "lift the quarantine of \(operation.label(release))", "it is not quarantined", "See `wasmrollout status`.")
        }
        let release = try self.release.resolve(among: quarantined, where: "the quarantine of app '\(operation.app)'")
        var result = try operation.write(
            .liftQuarantine(release: release), "Lifted the quarantine of \(operation.label(release)) of \(operation.app)")
        result.next.append("Publish it again to make it a target.")
        return result
    }
}
