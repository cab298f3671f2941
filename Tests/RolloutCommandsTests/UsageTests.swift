import Foundation
import RolloutSystem
import RolloutTesting
import Testing

@Suite struct UsageTests {
    @Test(arguments: [
        ["frob"], ["publish"], ["publish", "x.wasm"], ["publish", "x.wasm", "--app", "Not A Name"],
        ["status", "--app", "../x"],
        ["keygen", "--name", "a/b"], ["publish", "x.wasm", "--app", "a", "--key", "k", "--unsigned"],
        ["publish", "x.wasm", "--app", "a", "--baked"], ["publish", "x.wasm", "--app", "a", "--wait", "--timeout", "soon"],
        ["verify", "--store", "/x", "--volume", "/y"], ["collect", "--keep", "-1"], ["demo", "--connections", "0"],
    ]) func wrongUsageIs64(_ arguments: [String]) async throws {
        let ran = try await Program().run(arguments)
        #expect(ran.status == .exited(64))
        #expect(ran.output.isEmpty)
        #expect(!ran.error.isEmpty)
    }

    @Test(arguments: [["status"], ["log"], ["publish", "x.wasm", "--app", "a", "--unsigned"], ["verify"], ["collect"]])
    func aVolumeThatIsNotNamedIsSaid(_ arguments: [String]) async throws {
        let ran = try await Program().run(arguments)
        #expect(ran.status == .exited(64))
        #expect(ran.error.contains("--volume"))
    }

    @Test func errorsAreJSONWhenOutputIs() async throws {
        for arguments in [["publish", "--json"], ["status", "--volume", "/nonexistent", "--json"]] {
            let ran = try await Program().run(arguments)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(ran.error.utf8)) as? [String: [String: Any]])
            let code = try #require(report["error"]?["exitCode"] as? Int32)
            #expect(ran.status == .exited(code))
            #expect((report["error"]?["message"] as? String)?.isEmpty == false)
        }
    }

    @Test func oneLineSaysWhatToDo() async throws {
        let ran = try await Program()("status", "--volume", "/nonexistent")
        #expect(ran.status == .exited(65))
        #expect(ran.error.hasPrefix("Could not "))
        #expect(ran.error.contains("wasmrollout init"))
        #expect(ran.error.split(separator: "\n").count == 1)
    }
}
