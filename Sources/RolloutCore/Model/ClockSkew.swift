/// How far a host's clock and its volume's are apart, as a file shows that the host wrote: the volume's server dated it.
package struct ClockSkew: Hashable, Sendable {
    /// How far the host's clock is ahead; negative: behind.
    package var ahead: Duration

    /// Less is not worth a word.
    package static let tolerance: Duration = .seconds(10)

    /// A record that is dated further ahead than this is not written: far below `Limits.clockSkew`, so that hosts whose clocks are
    /// somewhat behind still take what is.
    package static let writersTolerance: Duration = .seconds(60)

    package init(ahead: Duration) { self.ahead = ahead }

    /// - Parameters:
    ///   - begun: the host's time before it wrote.
    ///   - ended: and after.
    ///   - stamped: when the server says that it was.
    package init(begun: Instant, ended: Instant, stamped: Instant) {
        ahead = stamped < begun ? begun - stamped : stamped > ended ? ended - stamped : .zero
    }

    /// It should be set right.
    package var isNotable: Bool { size >= Self.tolerance }

    /// Records that are dated by a right clock may be refused.
    package var isHarmful: Bool { size >= Limits.clockSkew }

    /// Whoever is so far ahead must write no record: a log goes no further than the first one that hosts refuse, for as long as they do.
    package var forbidsWriting: Bool { ahead > Self.writersTolerance }

    /// Whoever goes by such a clock takes hosts that report for silent ones, or for such as speak of what is to come.
    package var forbidsCoordinating: Bool { forbidsWriting || isHarmful }

    private var size: Duration { ahead < .zero ? .zero - ahead : ahead }

    /// A clause: what is the case.
    package var words: String {
        "this host's clock is \(size.milliseconds / 1000) s \(ahead < .zero ? "behind" : "ahead of") the volume's"
    }

    /// A sentence: what to do.
    package static let remedy = "Let chrony or ntpd set this host's clock."
}
