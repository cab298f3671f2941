import Foundation
import RolloutCore
import RolloutTesting
import Testing

/// Each file in `Scenarios` is a story: a script, a line `---`, and what comes of it. `UPDATE_SCENARIOS=1` writes down anew what comes of
/// them, to be read before it is committed.
@Suite struct FleetScenarioTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_SCENARIOS"] != nil

    private static let stories: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path())) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test func thereAreStories() { #expect(Self.stories.count >= 12) }

    @Test(arguments: stories) func theStoryEndsAsItIsTold(name: String) throws {
        let file = Self.directory.appending(path: name)
        let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "---\n")
        let told = try FleetScenario.tell(parts[0])
        if Self.isUpdating {
            try "\(parts[0])---\n\(told)".write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(parts.count == 2)
        #expect(told == parts.last)
    }
    /// What seeds hardly ever meet. That seeds meet the others, `FleetSimulationTests` shows.
    @Test(arguments: [
        (FleetMutation.dropsGate(.quorum), "most-hosts-refuse-it.txt"), (.ignoresLoss, "a-release-that-kills-machines.txt"),
        (.judgesUnwatched, "the-volume-is-away.txt"),
    ]) func aWrongCoreTellsAnotherStory(mutation: FleetMutation, name: String) throws {
        let file = Self.directory.appending(path: name)
        let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "---\n")
        #expect(try FleetScenario.tell(parts[0], mutation: mutation) != parts.last)
    }
}
