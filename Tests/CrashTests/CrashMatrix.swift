import Foundation
import RolloutSystem
import RolloutTesting
import Testing

/// Runs something once per effect it has on the disk, loses power before that effect, and looks what is left, for many seeds:
/// each decides anew what of the unsynced survives. Also once with the power lost after all was done.
struct CrashMatrix {
    /// A sync to leave out, to show that the matrix notices.
    struct Omission: CustomTestStringConvertible, Sendable {
        var purpose: FilePurpose
        var operation: FileOperation
        var testDescription: String { "\(purpose.rawValue), \(operation.rawValue)" }
    }

    struct Outcome {
        var points = 0
        var crashes = 0
        var violations: [String] = []
    }

    /// Seeds per point. `WASMROLLOUT_CRASH_SEEDS` raises it for a longer hunt; then omissions are counted to the end, too.
    static let seeds = ProcessInfo.processInfo.environment["WASMROLLOUT_CRASH_SEEDS"].flatMap(UInt64.init)
    static let usualSeeds: UInt64 = 8

    /// What is there before; copied for every run.
    var baseline: SimulatedFileSystem
    var omission: Omission?
    /// Returns how far it got: what it was told is done, must be there after the crash.
    var run: (SimulatedFileSystem) -> Int
    /// What is wrong with what the crash left, in words; `nil` when the laws hold. May do it again on it, to see that it
    /// converges, when `retries`.
    var violation: (_ left: SimulatedFileSystem, _ progress: Int, _ retries: Bool) -> String?

    func outcome() -> Outcome {
        let counting = baseline.copy()
        _ = run(counting)
        let effects = counting.effectCount
        var outcome = Outcome()
        for effect in 0...effects {
            let disk = baseline.copy()
            if let omission { disk.ignoreSyncs(for: omission.purpose, omission.operation) }
            if effect < effects { disk.inject(.powerLossBefore, at: .effect(effect)) }
            let progress = run(disk)
            outcome.points += 1
            for seed in 0..<(Self.seeds ?? Self.usualSeeds) {
                outcome.crashes += 1
                if let violation = violation(disk.afterCrash(seed: seed), progress, omission == nil && seed % 4 == 0) {
                    outcome.violations.append("effect \(effect) of \(effects), seed \(seed): \(violation)")
                    if omission != nil, Self.seeds == nil { return outcome }
                }
            }
        }
        return outcome
    }
}
