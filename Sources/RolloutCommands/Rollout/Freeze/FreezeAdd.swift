import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout freeze add`.
struct FreezeAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add freeze windows to a channel.",
        discussion: """
            A window is two times (2026-12-24/2026-12-27T06:00Z), every week (Fri 16:00/Mon 08:00) or every day (daily 22:00/06:00), in \
            UTC. --for freezes from now on. Windows that are over are dropped.

            Example:
              wasmrollout freeze add "Fri 16:00/Mon 08:00" --app shop --volume /mnt/app \\
                  --key ops.key.json --message "weekends"
              wasmrollout freeze add --for 8h --app shop --message "incident 1234"
            """)

    @Argument(help: "Windows, in UTC: 'Fri 16:00/Mon 08:00', 'daily 22:00/06:00', or two times: 2026-12-24/2026-12-27T06:00Z.")
    var windows: [WindowArgument] = []

    @Option(name: .customLong("for"), help: ArgumentHelp("Freeze from now on for that long.", valueName: "time"))
    var length: DurationArgument?

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if windows.isEmpty, length == nil { throw ValidationError("Give a window, or --for.") }
        if let length, length.duration <= .zero { throw ValidationError("--for must be longer than nothing.") }
    }

    func run() async throws {
        global.write(try await options.run { try add($0) })
    }

    private func add(_ operation: Operation) throws -> FreezeResult {
        let (name, now) = (place.channel, CommandHost.now)
        _ = try operation.channel(name)
        var new = windows.map(\.window)
        if let length { new.append(.span(from: now, until: now + length.duration)) }
        return try operation.setWindows(of: name, "Added the freeze") { windows in
            windows.filter { !$0.isOver(at: now) } + new.filter { !windows.contains($0) }
        }
    }
}

extension Operation {
    /// Changes a channel's windows to what `body` makes of those that are there when the record is written.
    func setWindows(
        of name: ChannelName, _ done: String, _ body: ([FreezeWindow]) -> [FreezeWindow]
    ) throws -> FreezeResult {
        let before = try channel(name).frozen
        guard body(before) != before else {
            var result = FreezeResult(self, name, windows: before)
            result.done = "The windows of channel \(name) are so already. Nothing was written."
            return result
        }
        let appended = try publisher.append(message: message) { (head, _) throws(StoreError) in
            .freeze(channel: name, windows: body(head?.state.channels[name]?.frozen ?? []))
        }
        var result = FreezeResult(self, name, windows: appended.record.state.channels[name]?.frozen ?? [])
        result.done = "\(done) of channel \(name) of \(app): record \(appended.record.sequence)."
        result.sequence = appended.record.sequence
        result.warnings = appended.warnings
        return result
    }
}

extension FreezeWindow {
    /// Whether it never comes again.
    func isOver(at now: Instant) -> Bool { if case .span(_, let until) = self { until <= now } else { false } }
}
