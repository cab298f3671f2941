import Foundation
import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

@Suite struct WagiPlanTests {
    @Test(arguments: [
        ("*.html", "index.html", true), ("*.html", "a/index.html", false), ("**/*.html", "index.html", true),
        ("**/*.html", "a/b/index.html", true), ("a/*", "a/x", true), ("a/*", "a/b/x", false), ("a/**", "a/b/x", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false), ("*a*b", "xaxxb", true), ("*a*b", "xaxxc", false), ("./a", "a", true), ("", "a", false),
    ])
    func matchesGlobs(pattern: String, path: String, matches: Bool) {
        #expect(AssetRule.matches(path, pattern) == matches)
    }

    @Test(arguments: [
        (AssetRule.matching("assets"), "assets/a/b.txt", Optional("assets/a/b.txt")), (.matching("assets"), "assetsx", nil),
        (.placed(source: "dist", destination: "/"), "dist/a/b", "a/b"),
        (.placed(source: "dist/", destination: "/www/"), "dist/a", "www/a"),
        (.placed(source: "one.txt", destination: "/two.txt"), "one.txt", "two.txt"),
        (.placed(source: "dist", destination: "/"), "other/a", nil),
    ])
    func placesFiles(rule: AssetRule, path: String, guest: String?) {
        #expect(rule.guestPath(of: path) == guest)
    }

    private let engine = WagiEngine(kind: .wasmkit, executable: "/bin/wasmkit", takesProgramName: false, version: "0.1.6")

    @Test func takesEverythingFromAManifestOfVersionOne() async throws {
        let manifest = """
            spin_manifest_version = "1"
            name = "old"
            version = "0.1.0"
            trigger = { type = "http", base = "/" }
            [[component]]
            id = "web"
            source = "web.wasm"
            files = ["static/*", { source = "data", destination = "/d" }]
            exclude_files = ["static/secret"]
            environment = { COLOR = "red", SIZE = "1" }
            [component.trigger]
            route = "/web/..."
            executor = { type = "wagi", argv = "x ${ARGS}" }
            """
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(
                root: root,
                files: [
                    "app/spin.toml": Array(manifest.utf8), "app/web.wasm": [0], "app/static/a": [1], "app/static/secret": [2],
                    "app/data/x/y": [3],
                ], entry: RelativePath("app/spin.toml"))
            var launch = release.launch
            launch.environment = ["SIZE": "2"]
            let plan = try WagiPlanner(launch: launch, engine: engine, limits: WagiLimits()).plan()
            #expect(plan.name == "old")
            #expect(plan.triggers.map(\.route) == ["/web/..."])
            let component = try #require(plan.components.first)
            #expect(component.module == launch.directory.appending("app/web.wasm").string)
            #expect(component.arguments == "x ${ARGS}")
            #expect(component.environment == ["COLOR": "red", "SIZE": "2"])
            let files = FilePath(try #require(component.files))
            #expect(FileManager.default.contents(atPath: files.appending("static/a").string) == Data([1]))
            #expect(FileManager.default.contents(atPath: files.appending("d/x/y").string) == Data([3]))
            #expect(!FileManager.default.fileExists(atPath: files.appending("static/secret").string))
        }
    }

    @Test(arguments: ["../../outside.wasm", "/etc/passwd/../x", "a/../../b"])
    func refusesASourceOutsideTheRelease(source: String) async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(
                root: root, files: ["spin.toml": Array(StandInArtifact.manifest(source: source).utf8)])
            #expect(throws: RuntimeError.self) {
                try WagiPlanner(launch: release.launch, engine: engine, limits: WagiLimits()).plan()
            }
        }
    }

    @Test func leavesOutWhatWasmkitWouldGarble() {
        let environment = ["A": "1", "EMPTY": "", "QUERY_STRING": "x=1"]
        let arguments = engine.arguments(module: "/m.wasm", arguments: ["/p", "x=1"], environment: environment, hasFiles: true)
        #expect(arguments == ["run", "--env", "A=1", "--dir", ".", "/m.wasm", "x=1"])
    }

    @Test func givesWasmtimeAllOfIt() {
        let engine = WagiEngine(kind: .wasmtime, executable: "/bin/wasmtime", takesProgramName: true, version: "44")
        let arguments = engine.arguments(
            module: "/m.wasm", arguments: ["/p", ""], environment: ["EMPTY": "", "Q": "x=1"], hasFiles: true)
        #expect(
            arguments == [
                "run", "--argv0", "/p", "--env", "EMPTY=", "--env", "Q=x=1", "--dir", ".::/", "/m.wasm", "",
            ])
    }
}
