import RolloutCore
import Testing

/// What is too rare for the simulation to meet.
@Suite struct CoordinatorTests {
    private let at = LogStateTests.at
    private let later = LogStateTests.at + .seconds(200)

    /// Four hosts, the first of which the open wave lets in.
    private func decide(
        gates: [CoordinatorGate] = CoordinatorGate.allCases, lostAfter: Duration? = nil, watched: Duration = .zero,
        after: Duration = .zero, canary: (inout HostReport) -> Void
    ) throws -> CoordinatorDecision {
        let later = later + after
        var plan = RolloutPlan(sizes: LogStateTests.waves)
        plan.lostAfter = lostAfter
        let state = try LogStateTests.state(
            LogStateTests.release(a), .release(channel: LogStateTests.stable, release: b, plan: plan))
        let head = AcceptedHead(volume: TestLog.volume, sequence: 2, digest: digest(2), time: at, state: state)
        let hosts: [HostID] = ["h1", "h2", "h3", "h4"]
        var reports = hosts.map { host in
            var report = HostReport(host: host, app: "shop", channel: LogStateTests.stable, updated: later)
            (report.isReady, report.serving) = (true, Target(release: a, decision: 1))
            (report.acceptedSequence, report.acceptedDigest) = (2, head.digest)
            return report
        }
        canary(&reports[0])
        return Coordinator(app: "shop", gates: gates).decide(
            LogStateTests.stable, head: head, hosts: reports, now: later, watched: watched,
            rank: { host, _ in host == "h1" ? 0 : 900_000 })
    }

    @Test func aCanaryThatTookItAndWentSilentHoldsTheRollout() throws {
        func isLost(_ report: inout HostReport) {
            report.attempting = Target(release: b, decision: 2)
            report.updated = at + .seconds(5)
        }
        let decision = try decide(canary: isLost)
        #expect(decision.verdict == .quorum && decision.change == nil)
        #expect(decision.reason.contains("h1"))
        // Nothing else would have held it.
        #expect(try decide(gates: CoordinatorGate.allCases.filter { $0 != .loss }, canary: isLost).verdict == .openWave)
    }

    @Test func silenceIsAFailureOnlyWhereThePlanSaysSoAndSomebodyHasListened() throws {
        func isLost(_ report: inout HostReport) {
            report.attempting = Target(release: b, decision: 2)
            report.updated = at + .seconds(5)
        }
        func verdict(_ lostAfter: Duration?, watched: Duration) throws -> CoordinatorDecision {
            try decide(lostAfter: lostAfter, watched: watched, after: .seconds(60), canary: isLost)
        }
        let decision = try verdict(.seconds(180), watched: .seconds(120))
        #expect(decision.verdict == .rollBack && decision.change == .quarantine(release: b))
        #expect(decision.reason.contains("took it and is silent"))
        // The volume may have been away, or whoever coordinates may have just come.
        #expect(try verdict(.seconds(180), watched: .seconds(60)).verdict == .quorum)
        #expect(try verdict(.seconds(600), watched: .seconds(120)).verdict == .quorum)
        #expect(try verdict(nil, watched: .seconds(120)).verdict == .quorum)
    }

    @Test func aHostThatBakedAndThenDiedHasNotFailed() throws {
        let decision = try decide(lostAfter: .seconds(180), watched: .seconds(600), after: .seconds(600)) { report in
            (report.serving, report.servingSince) = (Target(release: b, decision: 2), at)
            report.updated = at + .seconds(300)
        }
        #expect(decision.verdict == .quorum && decision.change == nil)
    }

    @Test func whatWasNotReadForLongIsNotSilence() throws {
        func verdict(seen: Instant?) throws -> CoordinatorDecision.Verdict {
            let decision = try decide(lostAfter: .seconds(180), watched: .seconds(600), after: .seconds(60)) { report in
                report.attempting = Target(release: b, decision: 2)
                report.updated = at + .seconds(5)
                report.seen = seen
            }
            return decision.verdict
        }
        #expect(try verdict(seen: nil) == .rollBack)
        #expect(try verdict(seen: at + .seconds(20)) == .arrival)
    }

    @Test func aCanaryThatFailsIsTakenBackThoughAFailureIsAllowed() throws {
        let decision = try decide { report in
            report.refused = [Refusal(release: b, decision: 2, reason: "It crashed.", at: at)]
        }
        #expect(decision.verdict == .rollBack && decision.change == .quarantine(release: b))
        #expect(decision.reason.contains("It crashed."))
    }
}
