import ArgumentParser
import ReleaseStore
import RolloutCore

/// What every command takes that writes to a log, whichever app's.
struct RecordOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Why, for whoever reads the log.")
    var message = ""

    @Option(name: .long, help: ArgumentHelp("Who, for whoever reads the log. Default: user@host.", valueName: "name"))
    var who: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The newest record, when it and others are not signed as the trust policy demands, and you have looked at what they say.",
            valueName: "record"))
    var vouchFor: UInt64?

    @Flag(
        name: .long,
        help:
            "Release something although hosts have accepted what the log does not have: the volume was restored, and there is no newer copy."
    )
    var afterRestore = false

    @OptionGroup var volume: VolumeOption
    @OptionGroup var keys: KeyOption
    @OptionGroup var trust: TrustOption

    func validate() throws {
        for (name, text) in [("--message", message), ("--who", who ?? "")] where text.utf8.count > Limits.textBytes {
            throw ValidationError("\(name) is longer than \(Limits.textBytes) bytes.")
        }
    }

    func publisher(of app: AppName) throws -> Publisher {
        let policy = try trust.load()
        if vouchFor != nil, policy == nil {
            throw CommandFailure(
                .usage,
                "Could not vouch for records: without a trust policy none is checked. Give --trust FILE, or leave out --vouch-for."
            )
        }
        var publisher = Publisher(
            root: try volume.path(), app: app, policy: policy, keys: try keys.load(), who: who ?? CommandHost.author,
            clock: CommandHost.clock, in: CommandHost.files)
        publisher.vouchedThrough = vouchFor
        publisher.isAfterRestore = afterRestore
        return publisher
    }
}
