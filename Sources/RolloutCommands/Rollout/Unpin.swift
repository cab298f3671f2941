import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout unpin`.
struct Unpin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a pinned host follow its channel again.",
        discussion: """
            Example:
              wasmrollout unpin web-3 --app shop --volume /mnt/app --key ops.key.json
            """)

    @Argument(help: "The host's id.")
    var host: HostID

    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        global.write(try await options.run { try unpin($0) })
    }

    private func unpin(_ operation: Operation) throws -> OperationResult {
        guard operation.state.pins[host] != nil else {
            let pinned = operation.state.pins.keys.sorted().map(\.description).joined(separator: ", ")
            throw operation.refusal(
                "unpin host '\(host)'", "it is not pinned (\(pinned.isEmpty ? "no host is" : "pinned: \(pinned)"))",
                "See `wasmrollout status`.")
        }
        var result = try operation.write(.unpin(host: host), "Unpinned host \(host) of \(operation.app)")
        let path = operation.volume.layout.status(operation.app, host)
        if let status = try? StatusFile(path: path).read(in: CommandHost.files) {
            let planner = Planner(channel: status.channel, host: host, labels: status.report.labels)
            let decision = planner.decide(operation.unpinned(host), refused: status.refused) {
                hostRank(of: host, inRollout: $0)
            }
            result.next.append("It follows channel \(status.channel) again. \(decision.reason)")
        }
        return result
    }
}

extension Operation {
    /// The state without a host's pin.
    fileprivate func unpinned(_ host: HostID) -> LogState {
        var state = state
        state.pins[host] = nil
        return state
    }
}
