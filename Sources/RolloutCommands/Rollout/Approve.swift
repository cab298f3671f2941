import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout approve`.
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a wave open whose plan asks for approval.",
        discussion: """
            It opens when the waves before it have done well. Without --wave it is the next one that lacks approval.

            Example:
              wasmrollout approve --app shop --volume /mnt/app --key ops.key.json \\
                  --message "seen on web-1"
            """)

    @Option(name: .long, help: "Which wave, from 1.")
    var wave: Int?

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        global.write(try await options.run { try approve($0) })
    }

    private func approve(_ operation: Operation) throws -> OperationResult {
        let name = place.channel
        let action = wave.map { "approve wave \($0) of channel '\(name)'" } ?? "approve a wave of channel '\(name)'"
        let rollout = try operation.rollout(name, to: action)
        let last = rollout.plan.waves.count - 1
        guard let index = wave.map({ $0 - 1 }) ?? rollout.lacksApproval(upTo: last) else {
            throw operation.refusal(action, "none of its waves waits for approval", "See `wasmrollout status`.")
        }
        guard rollout.plan.waves.indices.contains(index) else {
            throw operation.refusal(action, "there are \(last + 1) waves", "Count them from 1.")
        }
        if rollout.approved.contains(index) {
            return operation.nothing("Wave \(index + 1) of channel \(name) is approved already", on: name)
        }
        guard rollout.plan.waves[index].needsApproval else {
            throw operation.refusal(action, "its plan asks for no approval of it", "See `wasmrollout status`.")
        }
        let target = try operation.channel(name).target
        var result = try operation.write(
            .approve(channel: name, wave: index), on: name,
            "Approved wave \(index + 1) of \(last + 1) of \(operation.label(target)) on channel \(name) of \(operation.app)")
        result.next += added(target, operation)
        return result
    }

    /// What the release asks for that the promoted one does not: whoever approves should know.
    private func added(_ release: Digest, _ operation: Operation) -> [String] {
        let blobs = BlobStore(operation.volume)
        guard let before = operation.state.channels[place.channel]?.promoted.first,
            let new = try? blobs.manifest(of: release).capabilities, let old = try? blobs.manifest(of: before).capabilities
        else { return [] }
        return new.added(since: old).phrases.map { "It newly asks for \($0)." }
    }
}
