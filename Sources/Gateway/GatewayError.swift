/// Why a gateway did not start.
package enum GatewayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address cannot be bound, or the descriptor cannot be taken over.
    case couldNotListen(on: String, reason: String)
    case alreadyStarted

    package var description: String {
        switch self {
        case .couldNotListen(let address, let reason):
            "Could not listen on \(address): \(reason). Free the address, or configure another."
        case .alreadyStarted:
            "Could not start the gateway: it was started before. Make a new one."
        }
    }
}
