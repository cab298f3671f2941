import ArgumentParser
import ReleaseStore
import RolloutCore

/// What a command takes that releases something.
struct PublisherOptions: ParsableArguments {
    @Option(name: .long, help: "The app: 1 to 63 of a-z 0-9 . _ -, a letter or digit first.")
    var app: AppName

    @OptionGroup var place: ChannelOption
    @OptionGroup var record: RecordOptions

    var channel: ChannelName { place.channel }
    var message: String { record.message }
    var volume: VolumeOption { record.volume }
    var keys: KeyOption { record.keys }

    func publisher() throws -> Publisher { try record.publisher(of: app) }
}
