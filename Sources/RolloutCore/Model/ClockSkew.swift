/// How far a host's clock and its volume's are apart, as a file shows that the host wrote: the volume's server dated it.
package struct ClockSkew: Hashable, Sendable {
    /// How far the host's clock is ahead; negative: behind.
    package var ahead: Duration

    /// Less is not worth a word.
    package static let tolerance: Duration = .seconds(10)

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

    private var size: Duration { ahead < .zero ? .zero - ahead : ahead }

    /// A clause: what is the case.
    package var words: String {
        "this host's clock is \(size.milliseconds / 1000) s \(ahead < .zero ? "behind" : "ahead of") the volume's"
    }

    /// A sentence: what to do.
    package static let remedy = "Let chrony or ntpd set this host's clock."
}
