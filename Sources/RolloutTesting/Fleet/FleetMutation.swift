import RolloutCore

/// Ways in which the core, or what runs it, could be wrong. Each must be caught by the simulation: that is what shows that the
/// simulation can see anything, and that each check is needed.
package enum FleetMutation: Hashable, Sendable, CustomStringConvertible {
    /// The coordinator does not ask this.
    case dropsGate(CoordinatorGate)
    /// The coordinator believes such statuses.
    case dropsDoubt(StatusDoubt)
    /// Hosts run what rolls out before their wave.
    case ignoresWaves
    /// Hosts run what is quarantined.
    case ignoresQuarantine
    /// Hosts do not look at pins.
    case ignoresPins
    /// A number that is taken is written to nevertheless.
    case overwritesRecords
    /// A lease is never over.
    case keepsLeases
    /// The coordinator signs what only people may.
    case resumesWhatIsHeld
    /// A host that took the release and went silent has not failed with it, whatever the plan says.
    case ignoresLoss
    /// The coordinator takes the volume's silence for the hosts'.
    case judgesUnwatched

    private static let others: [FleetMutation] = [
        .ignoresWaves, .ignoresQuarantine, .ignoresPins, .overwritesRecords, .keepsLeases, .resumesWhatIsHeld, .ignoresLoss,
        .judgesUnwatched,
    ]

    package static let all =
        CoordinatorGate.allCases.map { dropsGate($0) } + StatusDoubt.allCases.map { dropsDoubt($0) } + others

    /// By this it is named on the command line.
    package var description: String {
        switch self {
        case .dropsGate(let gate): "dropsGate.\(gate.rawValue)"
        case .dropsDoubt(let doubt): "dropsDoubt.\(doubt.rawValue)"
        case .ignoresWaves: "ignoresWaves"
        case .ignoresQuarantine: "ignoresQuarantine"
        case .ignoresPins: "ignoresPins"
        case .overwritesRecords: "overwritesRecords"
        case .keepsLeases: "keepsLeases"
        case .resumesWhatIsHeld: "resumesWhatIsHeld"
        case .ignoresLoss: "ignoresLoss"
        case .judgesUnwatched: "judgesUnwatched"
        }
    }
}
