import ArgumentParser
import RolloutCore

/// `wasmrollout freeze`.
struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "Keep times in which nothing is released and no wave opens.",
        discussion: """
            While a window lasts, hosts refuse every record that publishes, promotes, or opens a wave. Rollbacks, quarantines, pins, \
            holds and approvals go through, and so does a coordinator's way back. All times are UTC.

            An emergency passes in three records, each with who and why: lift the windows, publish, add them again.

            Example:
              wasmrollout freeze add "Fri 16:00/Mon 08:00" --app shop --volume /mnt/app \\
                  --key ops.key.json
              wasmrollout freeze lift --all --app shop --message "CVE-2026-1234"
            """,
        subcommands: [FreezeList.self, FreezeAdd.self, FreezeLift.self])
}

/// The freeze windows of a channel, and what was done to them.
struct FreezeResult: Renderable {
    var app: AppName
    var channel: ChannelName
    /// In a sentence; `nil` when nothing was asked to be done.
    var done: String?
    /// Of the record; `nil` when nothing was written.
    var sequence: UInt64?
    var windows: [FreezeWindow]
    /// When the freeze that holds now ends; `nil` when none does.
    var frozenUntil: Instant?
    /// The command that would undo a lift; `nil` when nothing was lifted.
    var again: String?
    var warnings: [String] = []

    init(_ operation: Operation, _ channel: ChannelName, windows: [FreezeWindow]) {
        self.app = operation.app
        self.channel = channel
        self.windows = windows
        self.frozenUntil = windows.compactMap { $0.end(at: CommandHost.now) }.max()
    }

    var text: String {
        var lines = done.map { [$0] } ?? []
        if windows.isEmpty { lines.append("Channel \(channel) of \(app) has no freeze windows.") }
        lines += windows.map { "  \($0)" }
        if let frozenUntil { lines.append("Channel \(channel) is frozen until \(frozenUntil).") }
        if let again { lines.append("To add it again: \(again)") }
        return (lines + warnings).map(\.printable).joined(separator: "\n")
    }
}
