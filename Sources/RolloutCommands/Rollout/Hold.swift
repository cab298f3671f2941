import ArgumentParser
import RolloutCore

/// `wasmrollout hold`.
struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop a channel where it is: no wave opens, nothing is released, until `resume`.",
        discussion: """
            Hosts that serve the release go on serving it. Rollbacks, quarantines and pins still go through, and a coordinator still \
            goes back when too many hosts fail.

            Example:
              wasmrollout hold --app shop --volume /mnt/app --key ops.key.json \\
                  --message "checkout looks slow"
            """)

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        global.write(try await options.run { try hold($0) })
    }

    private func hold(_ operation: Operation) throws -> OperationResult {
        let name = place.channel
        let channel = try operation.channel(name)
        if channel.held {
            let blame = operation.blame { $0 == .hold(channel: name) }
            throw operation.refusal(
                "hold channel '\(name)'", "it is held already\(blame.withoutStop)", "`wasmrollout resume` ends that hold.")
        }
        var result = try operation.write(.hold(channel: name), on: name, "Held channel \(name) of \(operation.app)")
        result.next.append("Nothing is released and no wave opens on it until `wasmrollout resume`.")
        return result
    }
}
