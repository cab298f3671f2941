/// What the planner wants of a host now, with the reason in words (`wasmrollout why`).
package struct Decision: Hashable, Sendable {
    /// What to run; `nil`: keep what it has.
    package var target: Target?
    /// A sentence for people.
    package var reason: String

    package init(target: Target?, reason: String) {
        self.target = target
        self.reason = reason
    }
}
