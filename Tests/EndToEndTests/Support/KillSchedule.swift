import RolloutTesting

/// Which of a run's effects a kill matrix kills at: all of them in torture, else a few, drawn by a seed that is printed.
struct KillSchedule {
    /// As `WASMROLLOUT_KILL_AT` wants it: `7` right before the seventh effect, `7+` right after it.
    struct Point: Hashable, Sendable, CustomStringConvertible {
        var number: Int
        var isAfter: Bool
        /// What the trace calls the effect.
        var name: String

        var argument: String { "\(number)\(isAfter ? "+" : "")" }
        var description: String { "killed \(isAfter ? "after" : "before") effect \(number), \(name)" }
    }

    let points: [Point]

    /// - Parameter sample: how many, when it is not torture.
    init(trace: [String], sample: Int) {
        let all = trace.enumerated().flatMap { index, name in
            [Point(number: index + 1, isAfter: false, name: name), Point(number: index + 1, isAfter: true, name: name)]
        }
        guard HostVariable.read("WASMROLLOUT_TORTURE") == nil else {
            points = all
            return
        }
        let seed = HostVariable.read("WASMROLLOUT_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
        var random = SeededRandom(seed: seed)
        points = Array(all.shuffled(using: &random).prefix(sample)).sorted {
            ($0.number, $0.isAfter ? 1 : 0) < ($1.number, $1.isAfter ? 1 : 0)
        }
        print("kill matrix: \(points.count) of \(all.count) points, WASMROLLOUT_SEED=\(seed)")
    }
}
