/// What is code and not data about a kind of host: whom to tell, and who tells us.
///
/// The agent calls these and depends on none of them: an implementation that cannot reach its counterpart logs it and lets the
/// agent serve. Nothing here may block for longer than about a second.
package protocol HostLifecycle: Sendable {
    /// How often `deciding` wants to be called; `nil`: never, and then nothing is done for it.
    var heartbeat: Duration? { get }

    /// The agent listens, and every app it had served before serves again (or is known not to come up). Called once.
    func ready() async

    /// Every loop that looks or decides and every gateway has just done a round. Not called while one of them hangs.
    func deciding() async

    /// What the agent does, in a few words for people, whenever they change.
    func describe(_ words: String) async

    /// Whether a release is on its way to the traffic or on probation, whenever that changes; not called before it is.
    func switching(_ isSwitching: Bool) async

    /// The agent has begun to stop for good, and will need this long at most. Called once, before anything is stopped.
    func stopping(within limit: Duration) async

    /// Everything has been stopped; the process ends after this returns. Called once.
    func stopped() async

    /// Follows what the surroundings say, until cancelled.
    func follow(_ note: @escaping @Sendable (HostNotice) async -> Void) async
}

extension HostLifecycle {
    package var heartbeat: Duration? { nil }
    package func ready() async {}
    package func deciding() async {}
    package func describe(_ words: String) async {}
    package func switching(_ isSwitching: Bool) async {}
    package func stopping(within limit: Duration) async {}
    package func stopped() async {}
    package func follow(_ note: @escaping @Sendable (HostNotice) async -> Void) async {}
}

/// Nobody to tell, and nobody who tells.
package struct NoLifecycle: HostLifecycle {
    package init() {}
}
