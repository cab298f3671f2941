import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout pin`.
struct PinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Keep one host at a release, whatever its channel says.",
        discussion: """
            The host takes no part in rollouts until `unpin`. The release must be a target, or promoted, on some channel.

            Example:
              wasmrollout pin web-3 1.4.1 --app shop --volume /mnt/app \\
                  --key ops.key.json --message "to compare"
            """)

    @Argument(help: "The host's id, as `wasmrollout status` shows it.")
    var host: HostID

    @Argument(help: "A digest, its first digits (4 at least), or a version label.")
    var release: ReleaseReference

    @Flag(name: .long, help: "The host has not reported yet, but will.")
    var newHost = false

    @OptionGroup var options: OperationOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let result = try await options.run { try pin($0) }
        try await waiting.finish(result, options.record.volume, on: nil, host: host, global: global)
    }

    private func pin(_ operation: Operation) throws -> OperationResult {
        let action = "pin host '\(host)'"
        if !newHost {
            let known = try StatusBoard(operation.volume, app: operation.app).all().map(\.name)
            guard known.contains(host.description) else {
                let words = known.isEmpty ? "none has" : "\(known.prefix(10).joined(separator: ", ")) have"
                throw operation.refusal(
                    action, "it has never reported for app '\(operation.app)' (\(words))", "Check the name, or say --new-host.")
            }
        }
        let release = try chosen(operation, action)
        let label = operation.label(release)
        if operation.state.pins[host]?.release == release {
            return operation.nothing("Host \(host) is pinned to \(label) already")
        }
        var result = try operation.write(
            .pin(host: host, release: release), "Pinned host \(host) of \(operation.app) to \(label)")
        result.next.append("It takes no part in rollouts until `wasmrollout unpin \(host)`.")
        result.target = result.sequence.map { Target(release: release, decision: $0) }
        return result
    }

    /// Who may only operate chooses among what was released, and has not gone since.
    private func chosen(_ operation: Operation, _ action: String) throws -> Digest {
        let candidates = operation.state.releases.map(operation.labels.name).sorted { $0.text < $1.text }
        if candidates.contains(where: release.matches) {
            return try release.resolve(among: candidates, where: "what is released of app '\(operation.app)'")
        }
        let known = try ReleaseHistory(operation.volume, app: operation.app).releases().map(operation.labels.name)
        let release = try release.resolve(among: known, where: "the log of app '\(operation.app)'")
        let label = operation.label(release)
        if operation.state.quarantined.contains(release) {
            let blame = operation.blame { $0 == .quarantine(release: release) }
            throw operation.refusal(
                action, "\(label) is quarantined\(blame.withoutStop)",
                "`wasmrollout quarantine \(release.short) --lift` allows it again.")
        }
        let names = candidates.prefix(10).map(\.text).joined(separator: ", ")
        throw operation.refusal(
            action, "\(label) is neither a target nor promoted on any channel (these are: \(names))", "Publish it again first.")
    }
}
