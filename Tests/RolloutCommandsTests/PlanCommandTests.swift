import Foundation
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct PlanCommandTests {
    @Test func aPlanIsSetUsedAndRemoved() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let program = site.program
            #expect(try await program("plan", "list").output.contains("all-at-once *"))
            let set = try await program("plan", "set", "night", "--waves", "1,100%", "--bake", "10m", "--max-failures", "2")
            #expect(set.status == .exited(0), "\(set.error)")
            #expect(try await program("plan", "set", "night", "--bake", "10m").output.contains("Nothing was changed."))
            #expect(try await program("plan", "default", "night").output.contains("is the default now"))
            #expect(try await program("plan", "default", "night").output.contains("Nothing was changed."))
            #expect(try await program("plan", "show").output.contains("night (the default)"))
            try await site.publish(as: "v1")
            let published = try await program("publish", Site.second, "--app", "hello", "--json")
            let plan = try #require(try published.json["plan"] as? [String: Any])
            #expect(plan["name"] as? String == "night")
            #expect(plan["maxFailures"] as? Int == 2)
            #expect((plan["waves"] as? [[String: Any]])?.count == 2)
            #expect(try await program("plan", "remove", "night").status == .exited(65))
            _ = try await program("plan", "default", "all-at-once")
            #expect(try await program("plan", "remove", "night").status == .exited(0))
            #expect(try await program("plan", "show", "night").status == .exited(65))
            #expect(try await program("verify").status == .exited(0))
        }
    }

    @Test func damagedSettingsSayWhatToDo() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try Data("{".utf8).write(to: URL(filePath: site.volume.appending("settings.json").string))
            for arguments in [["plan", "list"], ["publish", Site.first, "--app", "hello"]] {
                let ran = try await site.program.run(arguments)
                #expect(ran.status == .exited(65))
                #expect(ran.error.contains("Correct it, or remove it"), "\(ran.error)")
            }
        }
    }

    static let wrong: [(arguments: [String], status: Int32, words: String)] = [
        (["plan", "set", "p"], 64, "Say what the plan is"), (["plan", "set", "P!", "--waves", "100%"], 64, "P!"),
        (["plan", "set", "p", "--waves", "1,50%"], 64, "the last wave must be 100%"),
        (["plan", "set", "p", "--waves", "100%", "--approve-before", "2"], 64, "there is no wave 2"),
        (["plan", "set", "p", "--waves", "1,100%", "--bake", "1m,2m,3m"], 64, "one for each"),
        (["plan", "show", "p"], 65, "all-at-once, careful"), (["plan", "default", "p"], 65, "all-at-once, careful"),
        (["plan", "remove", "careful"], 65, "it is built in"), (["plan", "remove", "p"], 65, "all-at-once, careful"),
        (["publish", Site.first, "--app", "hello", "--plan", "p"], 65, "all-at-once, careful"),
        (["publish", Site.first, "--app", "hello", "--waves", "1,x"], 64, "1,x"),
    ]

    @Test(arguments: wrong) func whatMakesNoPlanIsRefused(_ wrong: (arguments: [String], status: Int32, words: String))
        async throws
    {
        try await withTemporaryDirectory { directory in
            let ran = try await Site(directory).program.run(wrong.arguments)
            #expect(ran.status == .exited(wrong.status))
            #expect(ran.error.contains(wrong.words), "\(ran.error)")
        }
    }
}
