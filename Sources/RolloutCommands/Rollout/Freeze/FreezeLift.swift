import ArgumentParser
import RolloutCore

/// `wasmrollout freeze lift`.
struct FreezeLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "Take freeze windows away from a channel.",
        discussion: """
            Prints how to add them again.

            Example:
              wasmrollout freeze lift "Fri 16:00/Mon 08:00" --app shop --volume /mnt/app \\
                  --key ops.key.json
              wasmrollout freeze lift --all --app shop --message "CVE-2026-1234"
            """)

    @Argument(help: "Windows, as `freeze list` shows them, such as 'Fri 16:00/Mon 08:00'.")
    var windows: [WindowArgument] = []

    @Flag(name: .long, help: "Every window.")
    var all = false

    @OptionGroup var place: ChannelOption
    @OptionGroup var options: OperationOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if windows.isEmpty != all { throw ValidationError("Name the windows to lift, or say --all.") }
    }

    func run() async throws {
        global.write(try await options.run { try lift($0) })
    }

    private func lift(_ operation: Operation) throws -> FreezeResult {
        let name = place.channel
        let before = try operation.channel(name).frozen
        guard !before.isEmpty else {
            throw operation.refusal(
                "lift a freeze of channel '\(name)'", "it has no freeze windows", "See `wasmrollout status`.")
        }
        if let unknown = windows.first(where: { !before.contains($0.window) }) {
            let known = before.map { "'\($0)'" }.joined(separator: ", ")
            throw operation.refusal(
                "lift the freeze '\(unknown.window)' of channel '\(name)'", "it has none such, but \(known)",
                "Write it as it is shown.")
        }
        let lifted = all ? before : windows.map(\.window)
        var result = try operation.setWindows(of: name, "Lifted \(all ? "every freeze" : "the freeze")") { windows in
            all ? [] : windows.filter { !lifted.contains($0) }
        }
        let again = lifted.map { "\"\($0)\"" }.joined(separator: " ")
        result.again = "wasmrollout freeze add \(again) --app \(operation.app) --channel \(name)"
        return result
    }
}
