import RolloutCore

/// A release in a `DeploymentSimulation`, with what it does to a host.
struct SimulatedRelease {
    enum Nature: CaseIterable {
        case good
        case neverReady
        /// Gets ready and crashes halfway through a bake.
        case crashes
        /// Gets ready and answers badly.
        case unhealthy
        /// Its bytes are not what its manifest says.
        case wrongContent
        /// Gets ready, and the host's gate turns it away.
        case unwelcome
        /// Whoever starts it is ended: it takes all memory, say.
        case endsAgent
    }

    let digest: Digest
    var nature: Nature
    /// Something outside of it went wrong while it ran, so a host may hold that against it.
    var isExcused = false

    init(number: Int, nature: Nature) {
        self.digest = Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 == 0 ? number : $0) })
        self.nature = nature
    }
}

/// A backend that was started and has not ended.
struct SimulatedBackend {
    let id: BackendID
    /// `nil` while it starts.
    var readySince: Instant?
    var wasFoundUnhealthy = false
}
