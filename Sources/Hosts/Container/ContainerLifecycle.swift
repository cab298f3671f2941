/// A container of an ECS task: nobody wants to hear of readiness (health checks ask), but the task can be protected.
package struct ContainerLifecycle: HostLifecycle {
    private let protection: TaskProtection?

    /// - Parameter protection: `nil`: the task is never protected.
    package init(protection: TaskProtection?) { self.protection = protection }

    package func switching(_ isSwitching: Bool) async { protection?.want(isSwitching) }

    package func follow(_ note: @escaping @Sendable (HostNotice) async -> Void) async { await protection?.keep() }

    package func stopping(within limit: Duration) async { await protection?.clear() }
}
