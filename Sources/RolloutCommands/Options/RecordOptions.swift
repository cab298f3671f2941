import ArgumentParser
import ReleaseStore
import RolloutCore

/// What every command takes that writes to a log, whichever app's.
struct RecordOptions: ParsableArguments {
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

    func publisher(of app: AppName) throws -> Publisher {
        Publisher(
            root: try volume.path(), app: app, policy: try trust.load(), keys: try keys.load(), who: who ?? CommandHost.author,
            clock: CommandHost.clock, in: CommandHost.files)
    }
}
