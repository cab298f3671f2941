import RolloutCore

/// What there is to see of an app's deployment at one moment.
struct AppView: Sendable {
    var deployment: Deployment
    /// What the agent could not do, in words; `nil` when all is well.
    var problem: String?
    /// Since when the serving release serves.
    var since: Instant?

    /// Whether requests can be answered now.
    var isReady: Bool { deployment.serving?.ready != nil || deployment.fallback?.ready != nil }
}
