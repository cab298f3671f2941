import RolloutCore

/// What a gateway noticed by itself.
package enum GatewayEvent: Hashable, Sendable {
    /// A request could not reach the backend (refused, or no connection in time). At most once a second for each backend.
    case backendUnreachable(BackendID)
    /// The backend that had the traffic is gone and the warm one has it now.
    case fellBack(from: BackendID, to: BackendID)
    /// The backend that had the traffic is gone and there is no warm one: requests are held.
    case holding(from: BackendID)
}
