/// What the planner wants of a host now, with the reason in words (`wasmrollout why`).
package struct Decision: Hashable, Sendable {
    /// What to run; `nil`: keep what it has.
    package var target: Target?
    /// A sentence for people.
    package var reason: String
    /// What a host that serves nothing may run while it cannot run the target: promoted releases that it has not refused, newest first.
    package var standIns: [Target]

    package init(target: Target?, reason: String, standIns: [Target] = []) {
        self.target = target
        self.reason = reason
        self.standIns = standIns
    }

    /// The reason, and what a host that may not run the target makes of that.
    /// - Parameter serving: what it serves now.
    package func reason(serving: Digest?) -> String {
        guard target == nil, let standIn = standIns.first?.release else { return reason }
        let words = "\(standIn.short), the newest promoted release that it has not refused."
        switch serving {
        case nil: return "\(reason) It has nothing to serve, so it moves to \(words)"
        case standIn: return "\(reason) Meanwhile it serves \(words)"
        default: return reason
        }
    }
}
