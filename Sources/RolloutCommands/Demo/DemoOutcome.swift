/// How the demo ended.
struct DemoOutcome: Renderable {
    struct Move: Encodable, Sendable {
        /// What was asked for, e.g. `publish v2`.
        var what: String
        /// What the hosts did.
        var outcome: String
        /// From the command's start to the last host.
        var seconds: Double
    }

    var requests: Int
    var failures: Int
    /// The first few, in words.
    var failureReasons: [String]
    /// Requests answered, by release.
    var byRelease: [String: Int]
    /// Requests answered, by host.
    var byHost: [String: Int]
    var moves: [Move]
    /// How long the load was on.
    var loadSeconds: Double

    var isGood: Bool { failures == 0 && requests > 0 }

    var text: String {
        var moveTable = TextTable("what", "outcome", "until the last host")
        for move in moves { moveTable.add(move.what, move.outcome, "\(move.seconds) s") }
        var facts = FactList()
        facts.add("requests", "\(requests) in \(loadSeconds) s, each checked byte for byte, none repeated")
        facts.add("failures", "\(failures)")
        facts.add("by release", byRelease.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        facts.add("by host", byHost.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        facts.add("first failures", each: failureReasons)
        return "\n" + moveTable.text + "\n\n" + facts.text
    }
}
