import ArgumentParser
import RolloutCore

/// Which channel a command is about.
struct ChannelOption: ParsableArguments {
    @Option(name: .long, help: "The channel.")
    var channel: ChannelName = "stable"
}
