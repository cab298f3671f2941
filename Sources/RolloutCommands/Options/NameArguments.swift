import ArgumentParser
import RolloutCore

extension AppName: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension ChannelName: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension HostID: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// A duration on the command line: `500ms`, `10s`, `2m`.
struct DurationArgument: ExpressibleByArgument {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = Duration(text: argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { duration.text }
}
