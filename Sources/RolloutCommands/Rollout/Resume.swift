import ArgumentParser
import RolloutCore

/// `wasmrollout resume`.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a channel that was held go on.",
        discussion: """
            Example:
              wasmrollout resume --app shop --volume /mnt/app --key ops.key.json \\
                  --message "it was the network"
            """)

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        global.write(try await options.run { try resume($0) })
    }

    private func resume(_ operation: Operation) throws -> OperationResult {
        let name = place.channel
        guard try operation.channel(name).held else {
            throw operation.refusal("resume channel '\(name)'", "it is not held", "See `wasmrollout status`.")
        }
        return try operation.write(.resume(channel: name), on: name, "Resumed channel \(name) of \(operation.app)")
    }
}
