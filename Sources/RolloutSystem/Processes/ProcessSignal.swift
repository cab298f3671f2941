import Glibc

/// A signal's number.
package struct ProcessSignal: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let hangUp = Self(rawValue: SIGHUP)
    package static let interrupt = Self(rawValue: SIGINT)
    package static let quit = Self(rawValue: SIGQUIT)
    package static let kill = Self(rawValue: SIGKILL)
    package static let terminate = Self(rawValue: SIGTERM)
    package static let user1 = Self(rawValue: SIGUSR1)
    package static let user2 = Self(rawValue: SIGUSR2)
    package static let windowChange = Self(rawValue: SIGWINCH)
}

extension ProcessSignal: LosslessStringConvertible {
    private static let names: [(String, Self)] = [
        ("HUP", .hangUp), ("INT", .interrupt), ("QUIT", .quit), ("KILL", .kill), ("TERM", .terminate), ("USR1", .user1),
        ("USR2", .user2), ("WINCH", .windowChange),
    ]

    /// From `TERM` or `SIGTERM`, in any case, as a configuration writes it.
    package init?(_ description: String) {
        let upper = description.uppercased()
        let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        guard let found = Self.names.first(where: { $0.0 == name }) else { return nil }
        self = found.1
    }

    /// `SIGTERM`, or `signal 11` for one without a name here.
    package var description: String {
        Self.names.first { $0.1 == self }.map { "SIG\($0.0)" } ?? "signal \(rawValue)"
    }
}
