/// Ways in which a runner of the deployment could be wrong. Each must be caught by the simulation: that is what shows that the
/// simulation can see anything.
package enum SimulationMutation: CaseIterable, Sendable {
    /// The host record is written after the actions that depend on it.
    case savesAfterActing
    /// A restart loses the probation.
    case forgetsProbation
    /// A restart loses what was refused.
    case forgetsRefusals
    /// A restart loses what was accepted.
    case forgetsAccepted
    /// Backends that end are not reported.
    case dropsExits
    /// Wake-ups are lost.
    case dropsWakes
    /// Two swaps of `current` may end in the wrong order.
    case reordersSwaps
    /// What is retired goes on running.
    case neverRetires
    /// A volume that does not answer is reported as wrong content.
    case blamesTheRelease
    /// The gate's no is taken for a yes.
    case passesEveryGate
    /// A gate that nobody waits for goes on being asked.
    case keepsOldGates
    /// A step that could not be saved is carried out nevertheless.
    case ignoresFailedSaves
    /// A host with nothing to serve is not told what else it may run.
    case offersNoStandIns
}
