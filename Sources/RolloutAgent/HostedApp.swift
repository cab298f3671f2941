import Gateway
import Logging
import RolloutCore
import RolloutSystem

/// Everything that belongs to one app on this host.
struct HostedApp: Sendable {
    let section: AppSection
    let stopping: StopPlan
    let agent: AppAgent
    /// `nil` for strategies whose traffic is not ours.
    let gateway: Gateway?
    let store: AppStore
    let look: AppLook
    let fallback: FallbackCheck
    /// `nil`: this host does not coordinate.
    let coordinator: FleetCoordinator?
}
