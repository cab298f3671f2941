import ArgumentParser
import ReleaseStore
import RolloutCore
import SystemPackage

/// What every command that writes to a log takes.
struct PublisherOptions: ParsableArguments {
    @Option(name: .long, help: "The app: 1 to 63 of a-z 0-9 . _ -, a letter or digit first.")
    var app: AppName

    @Option(name: .long, help: "The channel.")
    var channel: ChannelName = "stable"

    @Option(name: .shortAndLong, help: "Why, for whoever reads the log.")
    var message = ""

    @Option(name: .long, help: ArgumentHelp("Who, for whoever reads the log. Default: user@host.", valueName: "name"))
    var who: String?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var keys: KeyOption
    @OptionGroup var trust: TrustOption

    func validate() throws {
        for (name, text) in [("--message", message), ("--who", who ?? "")] where text.utf8.count > Limits.textBytes {
            throw ValidationError("\(name) is longer than \(Limits.textBytes) bytes.")
        }
    }

    func publisher() throws -> Publisher {
        Publisher(
            root: try volume.path(), app: app, policy: try trust.load(), keys: try keys.load(), who: who ?? CommandHost.author,
            clock: CommandHost.clock, in: CommandHost.files)
    }
}
