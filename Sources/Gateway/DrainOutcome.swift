/// How a drain ended.
package enum DrainOutcome: Hashable, Sendable {
    /// Everything in flight was finished.
    case drained
    /// The deadline came: this many requests and tunnels were cut.
    case cut(inFlight: Int)
}
