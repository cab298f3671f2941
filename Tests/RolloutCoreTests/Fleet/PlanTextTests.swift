import Foundation
import RolloutCore
import Testing

/// The texts in which people give plans, and what is made of them.
@Suite struct PlanTextTests {
    @Test(arguments: [("0%", 0), ("25%", 250_000), ("0.5%", 5000), ("100%", 1_000_000), ("33.3333%", 333_333)])
    func aShareReadsAndWrites(text: String, millionths: Int) {
        #expect(Share(text)?.millionths == millionths)
        #expect(Share(millionths: millionths)?.description == text)
    }

    @Test(arguments: ["", "%", "25", "-1%", "101%", "1.%", ".5%", "1.23456%", "1,5%", " 5%", "999999999999%"])
    func whatIsNoShareIsRefused(text: String) { #expect(Share(text) == nil) }

    @Test func aShareAllowsAtLeastOneUnlessItIsNothing() {
        #expect(Share.percent(25).allowance(of: 3) == 1)
        #expect(Share.percent(25).allowance(of: 100) == 25)
        #expect(Share.nothing.allowance(of: 100) == 0)
    }

    @Test func aSelectorWantsAllItsLabels() throws {
        let selector = try #require(LabelSelector("kind=instance&az=eu-1a"))
        #expect(selector.description == "az=eu-1a&kind=instance")
        // What hosts find out is called `zone`.
        #expect(selector.matches(["zone": "eu-1a", "kind": "instance"]))
        #expect(!selector.matches(["zone": "eu-1a", "az": "eu-1b", "kind": "instance"]))
        #expect(selector.matches(["az": "eu-1a", "kind": "instance", "more": "x"]))
        #expect(!selector.matches(["az": "eu-1a"]) && !selector.matches(["az": "eu-1b", "kind": "instance"]))
        for text in ["", "az", "az=", "=a", "az=a&az=b", "az=a&", "az=a b", "az=a=b"] { #expect(LabelSelector(text) == nil) }
    }

    @Test(arguments: ["1", "10%", "az=a:1", "az=a&kind=function:50%", "50%!", "az=a:5!"])
    func aWaveReadsAndWrites(text: String) { #expect(WaveGoal(text)?.description == text) }

    @Test(arguments: ["", "0", "0%", "!", "1!!", "az:1", ":1", "-1", "1.5", "ten"])
    func whatIsNoWaveIsRefused(text: String) { #expect(WaveGoal(text) == nil) }

    @Test func anEvidencePolicyReadsAndWrites() {
        let text = "minimum=500,errors=0.5%,latency=150%,insufficient=wait"
        #expect(EvidencePolicy(text)?.description == text)
        #expect(EvidencePolicy("minimum=7")?.insufficient == .probe)
        for text in ["", "minimum=0", "minimum=1,minimum=2", "speed=1", "latency=50%", "insufficient=hope"] {
            #expect(EvidencePolicy(text) == nil)
        }
    }

    // 2026-11-20 was a Friday.
    @Test(
        arguments: [
            ("Fri 16:00/Mon 08:00", "2026-11-20T15:59:59.999Z", nil),
            ("Fri 16:00/Mon 08:00", "2026-11-20T16:00:00.000Z", "2026-11-23T08:00:00.000Z"),
            ("Fri 16:00/Mon 08:00", "2026-11-23T07:59:59.999Z", "2026-11-23T08:00:00.000Z"),
            ("Fri 16:00/Mon 08:00", "2026-11-23T08:00:00.000Z", nil),
            ("daily 22:00/06:00", "2026-11-20T23:30:00.000Z", "2026-11-21T06:00:00.000Z"),
            ("daily 22:00/06:00", "2026-11-21T05:59:00.000Z", "2026-11-21T06:00:00.000Z"),
            ("daily 22:00/06:00", "2026-11-21T12:00:00.000Z", nil),
            (
                "2026-12-24T00:00:00.000Z/2026-12-27T00:00:00.000Z", "2026-12-25T00:00:00.000Z", "2026-12-27T00:00:00.000Z"
            ),
            ("2026-12-24T00:00:00.000Z/2026-12-27T00:00:00.000Z", "2026-12-27T00:00:00.000Z", nil),
        ] as [(String, String, String?)])
    func aFreezeWindowKnowsWhenItEnds(text: String, now: String, end: String?) throws {
        let window = try #require(FreezeWindow(text))
        #expect(window.description == text)
        #expect(window.end(at: try #require(Instant(now)))?.description == end)
    }

    @Test(arguments: [
        "", "Fri 16:00", "Fri 16:00/Fri 16:00", "Fri 24:00/Mon 08:00", "fri 16:00/mon 08:00", "daily 6:00/08:00",
        "daily 06:00/06:00",
        "2026-12-27T00:00:00.000Z/2026-12-24T00:00:00.000Z",
    ])
    func whatIsNoFreezeWindowIsRefused(text: String) { #expect(FreezeWindow(text) == nil) }

    // MARK: Templates

    private func sizes(_ waves: String, ranks: [Int]) throws -> [Int] {
        let template = PlanTemplate(waves: try #require(WaveGoal.list(waves)))
        return template.plan(hosts: ranks.map { ($0, [:]) }).waves.map(\.size.millionths)
    }

    @Test func wavesEndAfterTheRanksOfTheFleet() throws {
        let ranks = [900_000, 100, 500_000, 300_000, 200_000]
        #expect(try sizes("1,100%", ranks: ranks) == [101, 1_000_000])
        #expect(try sizes("2,50%,100%", ranks: ranks) == [200_001, 300_001, 1_000_000])
        // A tenth of five is one, which the first wave has already.
        #expect(try sizes("1,10%,50%,100%", ranks: ranks) == [101, 300_001, 1_000_000])
        #expect(try sizes("100,100%", ranks: ranks) == [900_001, 1_000_000])
    }

    @Test func withNoHostsSharesAreOfAllRanks() throws {
        #expect(try sizes("1,10%,50%,100%", ranks: []) == [10_000, 100_000, 500_000, 1_000_000])
    }

    @Test func anApprovalOfAWaveThatIsLeftOutIsAskedForAtTheNext() throws {
        let template = PlanTemplate(waves: try #require(WaveGoal.list("1,10%!,100%")))
        let plan = template.plan(hosts: [(5, [:]), (7, [:])])
        #expect(plan.waves.map(\.needsApproval) == [false, true])
    }

    @Test func aGroupsWavesCountItsHosts() throws {
        let template = PlanTemplate(waves: try #require(WaveGoal.list("az=a:1,az=a:100%,100%")))
        let plan = template.plan(hosts: [(5, ["az": "b"]), (70, ["az": "a"]), (90, ["az": "a"])])
        #expect(plan.defect == nil)
        #expect(plan.waves.map(\.size.millionths) == [71, 91, 1_000_000])
        #expect(plan.waves[0].admits(rank: 70, labels: ["az": "a"]) && !plan.waves[0].admits(rank: 5, labels: ["az": "b"]))
    }

    @Test func templatesThatMakeNoPlanAreDefective() throws {
        for waves in ["1", "50%,10%", "100%,100%", "az=a:100%", "10%,10%,100%"] {
            #expect(PlanTemplate(waves: try #require(WaveGoal.list(waves))).defect != nil, "\(waves)")
        }
        #expect(PlanTemplate(bakes: [.zero, .zero]).defect != nil)
        #expect(PlanTemplate.named.values.allSatisfy { $0.defect == nil })
    }

    @Test func aTemplateReadsBackFromItsTexts() throws {
        let json = try JSONEncoder().encode(PlanTemplate.careful)
        #expect(try JSONDecoder().decode(PlanTemplate.self, from: json) == .careful)
        let short = Data(#"{"waves":"1,100%"}"#.utf8)
        #expect(try JSONDecoder().decode(PlanTemplate.self, from: short).maxUnavailable == .percent(25))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(PlanTemplate.self, from: Data(#"{"waves":"100%,1"}"#.utf8))
        }
    }
}
