import RolloutCore

/// What every place where a fleet coordinates must keep to. Returns the first rule that is broken, in words; `nil` when none is.
package struct CoordinationContract {
    /// The place, as two hosts see it. A first release is on channel `stable`, and a rollout of a second one is open: its first wave of
    /// three, none of which needs approval.
    package let first: any Coordination
    package let second: any Coordination
    /// Has this host report.
    package let report: (HostID) throws -> Void

    package init(first: any Coordination, second: any Coordination, report: @escaping (HostID) throws -> Void) {
        self.first = first
        self.second = second
        self.report = report
    }

    package func violation() throws -> String? {
        guard let head = try first.head(), let rollout = head.state.channels["stable"]?.rollout, rollout.openWave == 0 else {
            return "the head does not show the open rollout"
        }
        if try second.head() != head { return "two hosts see different heads" }
        let next = Change.openWave(channel: "stable", wave: 1)
        guard case .appended(let sequence) = try first.append(next, after: head, message: "Why.") else {
            return "an append after the newest record does not succeed"
        }
        if sequence != head.sequence + 1 { return "a record does not get the number after its head" }
        if try second.append(next, after: head, message: "") != .superseded { return "a number was given twice" }
        guard let after = try second.head(), after.sequence == sequence, after.state.channels["stable"]?.rollout?.openWave == 1
        else { return "the other host does not see what was written" }
        if let violation = try refusalViolation(after) { return violation }
        return try leaseViolation() ?? statusViolation()
    }

    private func refusalViolation(_ head: AcceptedHead) throws -> String? {
        let skipping = Change.openWave(channel: "stable", wave: 3)
        if (try? first.append(skipping, after: head, message: "")) != nil { return "an illegal change was written" }
        return try first.head() == head ? nil : "an illegal change left something behind"
    }

    private func leaseViolation() throws -> String? {
        if try first.lease() != nil { return "there is a lease that nobody took" }
        let lease = CoordinatorLease(holder: "a", until: Instant(milliseconds: 1_800_000_000_000))
        try first.setLease(lease)
        if try second.lease() != lease { return "the other host does not see the lease" }
        let taken = CoordinatorLease(holder: "b", until: Instant(milliseconds: 1_800_000_001_000))
        try second.setLease(taken)
        return try first.lease() == taken ? nil : "the last lease does not stay"
    }

    private func statusViolation() throws -> String? {
        if try !first.statuses().isEmpty { return "somebody reports who has not reported" }
        try report("a")
        try report("b")
        let hosts = try second.statuses().map(\.host)
        return hosts.sorted() == ["a", "b"] ? nil : "the statuses are not those that were written: \(hosts)"
    }
}
