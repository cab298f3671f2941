import ArgumentParser
import RolloutCore

/// A moment on the command line: `2026-11-21T03:04:05Z`, shorter (`2026-11-21T03:04Z`, `2026-11-21`), or `10m` for that long ago.
struct TimeArgument: ExpressibleByArgument {
    private enum Meaning {
        case moment(Instant)
        case ago(Duration)
    }

    private let meaning: Meaning

    init?(argument: String) {
        if let ago = Duration(text: argument) {
            self.meaning = .ago(ago)
            return
        }
        let complete = "0000-01-01T00:00:00.000Z"
        let text = argument.hasSuffix("Z") ? argument.dropLast() : argument[...]
        // Only whole parts may be left out.
        guard [10, 16, 19, 23].contains(text.utf8.count),
            let instant = Instant(String(text) + String(complete.dropFirst(text.count)))
        else { return nil }
        self.meaning = .moment(instant)
    }

    /// `nil` for what is said from now.
    var moment: Instant? { if case .moment(let moment) = meaning { moment } else { nil } }

    func instant(now: Instant) -> Instant {
        switch meaning {
        case .moment(let instant): instant
        case .ago(let duration): now + (.zero - duration)
        }
    }
}

/// A moment to come: written as `TimeArgument`, but `365d` is that long from now.
struct ExpiryArgument: ExpressibleByArgument {
    private let time: TimeArgument
    private let wait: Duration?

    init?(argument: String) {
        guard let time = TimeArgument(argument: argument) else { return nil }
        self.time = time
        self.wait = Duration(text: argument)
    }

    func instant(now: Instant) -> Instant { wait.map { now + $0 } ?? time.instant(now: now) }
}

/// Where to begin in a log: a record's number, or a moment.
enum SinceArgument: ExpressibleByArgument {
    case sequence(UInt64)
    case time(TimeArgument)

    init?(argument: String) {
        if let sequence = UInt64(argument) {
            self = .sequence(sequence)
        } else if let time = TimeArgument(argument: argument) {
            self = .time(time)
        } else {
            return nil
        }
    }

    /// Whether a record is not from before that.
    func admits(sequence: UInt64, time: Instant, now: Instant) -> Bool {
        switch self {
        case .sequence(let first): sequence >= first
        case .time(let first): time >= first.instant(now: now)
        }
    }
}
