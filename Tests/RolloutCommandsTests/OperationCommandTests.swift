import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Every command that steers a rollout, by the real program: what it does, what it says, and how it refuses.
@Suite struct OperationCommandTests {
    /// v1 promoted, v2 rolling out in three waves.
    private func withRollout(_ more: [String] = [], _ body: (Site) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1")
            let ran = try await site.program.run(
                ["publish", Site.second, "--app", "hello", "--version-label", "v2", "--waves", "1,50%,100%"] + more)
            try #require(ran.status == .exited(0), "\(ran.error)")
            try await body(site)
        }
    }

    private func expect(
        _ site: Site, _ arguments: String..., status: Int32 = 0, says words: String,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let ran = try await site.program.run(arguments)
        #expect(ran.status == .exited(status), "\(ran.output)\(ran.error)", sourceLocation: location)
        #expect((ran.output + ran.error).contains(words), "\(ran.output)\(ran.error)", sourceLocation: location)
    }

    @Test func aHoldStopsTheChannelUntilItIsResumed() async throws {
        try await withRollout { site in
            try await expect(site, "hold", "--message", "looks slow", says: "Held channel stable of hello: record 3.")
            try await expect(site, "hold", status: 65, says: "looks slow")
            try await expect(site, "promote", status: 65, says: "held")
            try await expect(site, "promote", status: 65, says: "in record 3 (")
            try await expect(
                site, "publish", Site.first, "--app", "hello", status: 65, says: "looks slow. `wasmrollout resume`")
            try await expect(site, "status", says: "HELD")
            try await expect(site, "status", says: "Channel 'stable' is held. `wasmrollout resume` ends the hold.")
            try await expect(site, "status", says: "record 3: looks slow")
            try await expect(site, "resume", says: "Resumed channel stable of hello: record 4.")
            try await expect(site, "status", says: "last step     resume stable, by ")
            try await expect(site, "resume", status: 65, says: "it is not held")
            try await expect(site, "hold", "--channel", "none", status: 65, says: "there is stable")
            try await expect(site, "hold", "--app", "none", status: 65, says: "it has hello")
        }
    }

    @Test func promotingGoesOneWaveFurtherOrAllTheWay() async throws {
        try await withRollout { site in
            try await expect(site, "promote", says: "Opened wave 2 of 3")
            try await expect(site, "promote", "--now", says: "on channel stable of hello: record 4.")
            try await expect(site, "status", says: "no live host follows it")
            try await expect(site, "promote", status: 65, says: "no rollout is open")
            try await expect(site, "promote", "--plan", "careful", status: 64, says: "--from and --to")
            try await expect(site, "promote", "--from", "stable", status: 64, says: "--from and --to")
            try await expect(site, "promote", "--from", "stable", "--to", "stable", status: 64, says: "the same channel")
        }
    }

    @Test func aReleaseIsPromotedFromOneChannelToAnother() async throws {
        try await withRollout { site in
            try await expect(site, "promote", "--from", "stable", "--to", "prod", status: 65, says: "is still open")
            try await expect(site, "promote", "--now", says: "Promoted")
            try await expect(site, "promote", "--from", "stable", "--to", "prod", says: "from stable to prod: record 4.")
            try await expect(site, "promote", "--from", "stable", "--to", "prod", status: 65, says: "promoted there already")
            try await expect(site, "promote", "--from", "none", "--to", "prod", status: 65, says: "has no release yet")
            try await expect(site, "log", says: "(v2) from stable to prod")
        }
    }

    @Test func aWaveThatNeedsApprovalWaitsForIt() async throws {
        try await withRollout(["--approve-before", "2"]) { site in
            try await expect(site, "promote", status: 65, says: "wave 2 of 3 needs approval")
            try await expect(site, "promote", "--now", status: 65, says: "wave 2 of 3 needs approval")
            try await expect(site, "status", says: "NEEDS APPROVAL")
            try await expect(site, "approve", "--wave", "3", status: 65, says: "asks for no approval")
            try await expect(site, "approve", "--wave", "9", status: 65, says: "there are 3 waves")
            try await expect(site, "approve", "--message", "seen", says: "Approved wave 2 of 3")
            try await expect(site, "approve", "--wave", "2", says: "approved already")
            try await expect(site, "approve", status: 65, says: "none of its waves waits")
            try await expect(site, "promote", says: "Opened wave 2 of 3")
        }
    }

    @Test func aRollbackEndsTheRolloutAndReturnsToWhatWasPromoted() async throws {
        try await withRollout { site in
            try await expect(site, "rollback", "--message", "bad", says: "(v1): record 3.")
            try await expect(site, "status", says: "(v1), since record 3")
            try await expect(site, "promote", status: 65, says: "no rollout is open")
            try await expect(site, "approve", status: 65, says: "no rollout is open")
        }
    }

    @Test func aQuarantineTakesTheReleaseFromEveryChannelUntilItIsLifted() async throws {
        try await withRollout { site in
            try await expect(site, "quarantine", "v9", status: 65, says: "v9")
            try await expect(site, "quarantine", "v2", "--message", "leaks", says: "Channel stable goes back to")
            try await expect(site, "quarantine", "v2", says: "leaks")
            try await expect(site, "status", says: "record 3: leaks")
            try await expect(
                site, "publish", Site.second, "--app", "hello", "--version-label", "v2", status: 65,
                says: "is quarantined. That was by ")
            try await expect(site, "pin", "web-1", "v2", "--new-host", status: 65, says: "(v2) is quarantined, by ")
            try await expect(site, "quarantine", "v2", "--lift", says: "Lifted the quarantine")
            try await expect(site, "quarantine", "v2", "--lift", status: 65, says: "(v2): it is not quarantined")
            try await expect(site, "quarantine", "v9", "--lift", status: 65, says: "none of that digest or version")
            try await expect(site, "pin", "web-1", "v2", "--new-host", status: 65, says: "neither a target nor promoted")
            try await expect(site, "quarantine", "v2", "--lift", "--wait", status: 64, says: "nothing to wait for")
        }
    }

    @Test func aPinKeepsAHostAtAReleaseUntilItIsTakenAway() async throws {
        try await withRollout { site in
            try await expect(site, "pin", "web-1", "v1", status: 65, says: "it has never reported")
            try site.report("web-1", serving: nil)
            try await expect(site, "pin", "web-1", "v9", status: 65, says: "v9")
            try await expect(site, "pin", "web-1", "v1", "--message", "to compare", says: "Pinned host web-1 of hello")
            try await expect(site, "pin", "web-1", "v1", says: "already")
            try await expect(site, "pin", "web-2", "v1", "--new-host", says: "Pinned host web-2")
            try await expect(site, "status", says: "pinned: web-1 to")
            try site.report("web-1", serving: nil, decision: 3)
            try await expect(site, "why", "web-1", says: "to compare")
            try await expect(site, "unpin", "web-3", status: 65, says: "pinned: web-1, web-2")
            try await expect(site, "unpin", "web-1", says: "It follows channel stable again.")
            try await expect(site, "unpin", "web-1", status: 65, says: "it is not pinned")
        }
    }

    @Test func aFreezeStopsReleasesAndLetsRollbacksPass() async throws {
        try await withRollout { site in
            try await expect(site, "freeze", "add", status: 64, says: "Give a window")
            try await expect(site, "freeze", "add", "noon", status: 64, says: "noon")
            try await expect(site, "freeze", "add", "daily 22:00/06:00", "--for", "8h", says: "is frozen until")
            try await expect(site, "freeze", "add", "daily 22:00/06:00", says: "Nothing was written.")
            try await expect(site, "freeze", "list", says: "daily 22:00/06:00")
            try await expect(site, "publish", Site.first, "--app", "hello", status: 65, says: "is frozen until")
            try await expect(site, "publish", Site.first, "--app", "hello", status: 65, says: "`wasmrollout freeze lift`")
            try await expect(site, "promote", status: 65, says: "is frozen until")
            try await expect(site, "status", says: "FROZEN until")
            try await expect(site, "rollback", says: "(v1)")
            try await expect(site, "freeze", "lift", status: 64, says: "--all")
            try await expect(site, "freeze", "lift", "daily 01:00/02:00", status: 65, says: "it has none such")
            try await expect(site, "freeze", "lift", "--all", says: "To add it again: wasmrollout freeze add")
            try await expect(site, "freeze", "lift", "--all", status: 65, says: "it has no freeze windows")
            try await expect(site, "publish", Site.first, "--app", "hello", says: "Published")
        }
    }

    @Test func aRolloutThatNoWaveHasOpenedSaysSo() async throws {
        try await withRollout(["--approve-before", "1", "--bake", "1h"]) { site in
            try await expect(site, "status", says: "no wave of 3 open yet")
            try await expect(site, "status", says: "Wave 1 of 3 needs approval. `wasmrollout approve` gives it.")
            try await expect(site, "hold", says: "No wave of 3 is open yet.")
            try await expect(site, "resume", says: "Resumed")
            try await expect(site, "approve", says: "No agent coordinates just now")
            try await expect(site, "publish", Site.first, "--app", "hello", says: "ends with this record, at wave 0 of 3.")
        }
    }

    @Test func aPinnedHostIsNoCanary() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            for host: HostID in ["web-1", "web-2", "web-3", "web-4"] { try site.report(host, serving: first) }
            for host in ["web-1", "web-2", "web-4"] { try await expect(site, "pin", host, "v1", says: "Pinned") }
            let waves = ["publish", Site.second, "--app", "hello", "--waves", "1,zone=q:50%,100%"]
            let ran = try await site.program.run(waves)
            #expect(ran.output.contains("wave 1     1 host (web-3)"), "\(ran.output)")
            #expect(ran.output.contains("No host that reports has zone=q: wave 2 lets nobody in."), "\(ran.output)")
            #expect(try await site.program("status").output.contains("wave 1        open, 1 host: 1 moving to it (web-3)"))
        }
    }

    @Test func wavesThatWouldLetNobodyInAreLeftOutAndSaidSo() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            for host: HostID in ["web-1", "web-2"] { try site.report(host, serving: first) }
            try await expect(
                site, "publish", Site.second, "--app", "hello", "--waves", "1,10%,50%,100%",
                says: "2 of the 4 waves would let nobody in after those before, with 2 hosts, and are left out.")
        }
    }

    @Test(arguments: [["hold"], ["quarantine", "v2"], ["approve"], ["freeze", "add", "--for", "1h"]])
    func nothingIsSignedWithoutAKey(_ command: [String]) async throws {
        try await withRollout { site in
            var program = site.program
            program.environment["WASMROLLOUT_KEY"] = nil
            let ran = try await program.run(command)
            #expect(ran.status == .exited(64))
            #expect(ran.error.contains("no key was named"))
        }
    }

    @Test func aRollbackPassesOverWhatTheHostsRefusedAndSaysSo() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let good = try await site.publish(as: "v2")
            let bad = try await site.publish(Site.second, as: "v3")
            let worse = try await site.publish(Site.first, as: "v4")
            let at = Instant(milliseconds: 1_700_000_000_000)
            let refused = [
                Refusal(release: worse, decision: 3, reason: "It exited with code 7.", at: at),
                Refusal(release: bad, decision: 2, reason: "It never got ready.", at: at),
            ]
            for host in ["web-1", "web-2"] as [HostID] { try site.report(host, serving: good, refused: refused) }
            try await expect(site, "status", says: "goes back to  \(good.short) (v2)")
            let ran = try await site.program("rollback")
            #expect(ran.status == .exited(0), "\(ran.error)")
            #expect(ran.output.contains("to \(good.short) (v2): record 4."), "\(ran.output)")
            #expect(
                ran.output.contains(
                    "Passed over \(bad.short) (v3): 2 of 2 live hosts refused it (web-1: It never got ready.)"),
                "\(ran.output)")
        }
    }

    @Test func aRollbackOverridesWhatHostsSayWithTo() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            try await site.publish(Site.second, as: "v2")
            try await site.publish(Site.first, as: "v3")
            let refusal = Refusal(
                release: first, decision: 1, reason: "It crashed.", at: Instant(milliseconds: 1_700_000_000_000))
            try site.report("web-1", serving: nil, refused: [refusal])
            try await expect(site, "rollback", "--to", "v1", says: "to \(first.short) (v1): record 4.")
        }
    }

    @Test func waitingForARolloutEndsWhenItIsTakenBackAndSaysWhy() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            try site.report("web-1", serving: first)
            let waiting = try site.program.start([
                "publish", Site.second, "--app", "hello", "--version-label", "v2", "--waves", "1,100%", "--wait",
            ])
            var lines: [String] = []
            var isTaken = false
            for await line in waiting.output.lines {
                lines.append(line.text)
                // It tells the step it waits at.
                if line.text.hasPrefix("wave 1 of 2"), !isTaken {
                    isTaken = true
                    _ = try await site.program("quarantine", "v2", "--message", "it leaks")
                }
            }
            #expect(await waiting.waitForExit().status == .exited(65))
            #expect(lines.contains { $0.contains("took it back in record 3: it leaks.") }, "\(lines)")
        }
    }
}
