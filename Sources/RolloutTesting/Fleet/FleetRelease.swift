import RolloutCore

/// A release in a `FleetSimulation`, with what it does to hosts.
struct FleetRelease {
    enum Nature: CaseIterable {
        case good
        /// No host gets it up.
        case neverReady
        /// Every host finds it out during its own bake.
        case unhealthy
        /// Hosts in zone b do not get it up.
        case badInZoneB
        /// Hosts find nothing wrong; only the numbers show it.
        case erring
        case slow
        /// The machine dies of it. Told in stories only.
        case deadly

        /// Those a fleet is likely to meet.
        static let common = allCases.filter { $0 != .deadly }
    }

    let digest: Digest
    let nature: Nature

    init(number: Int, nature: Nature) {
        self.digest = FleetRelease.digest(number, kind: 1)
        self.nature = nature
    }

    static func digest(_ number: Int, kind: UInt8) -> Digest {
        Digest(bytes: (0..<32).map { $0 == 0 ? kind : $0 < 9 ? UInt8(truncatingIfNeeded: number >> (8 * ($0 - 1))) : 0 })
    }

    /// Whether a host in this zone gets it up and finds nothing wrong with it.
    func passes(zone: String?) -> Bool {
        switch nature {
        case .good, .erring, .slow: true
        case .neverReady, .unhealthy, .deadly: false
        case .badInZoneB: zone != "b"
        }
    }
}
