import Foundation
import ReleaseSource
import RolloutCore
import RolloutSystem
import SystemPackage
import Testing

@Suite struct ReleaseSourceTests {
    private let manifest = """
        spin_manifest_version = 2
        [application]
        name = "app"
        [[trigger.http]]
        route = "/..."
        component = "hello"
        executor = { type = "wagi" }
        [component.hello]
        source = "out/hello.wasm"
        files = ["a/**/*", { source = "assets", destination = "/static" }]
        exclude_files = ["*.map"]
        [component.hello.build]
        command = "make"
        """

    @Test func makesAManifestForABareCommand() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("My App_2.wasm", WasmBytes.command)
        let release = try source.open("My App_2.wasm")
        #expect(release.paths == ["my-app-v2.wasm", "spin.toml"])
        let text = try release.text("spin.toml")
        #expect(
            text.contains("type = \"wagi\"") && text.contains("source = \"my-app-v2.wasm\"")
                && text.contains("route = \"/...\""))
        #expect(release.components.map(\.needs) == [.wagi])
        #expect(release.version == Digest(ImageBytes.digest(WasmBytes.command))?.short)
        let made = try #require(try release.manifest())
        #expect(made.defect == nil)
    }

    @Test func makesAManifestForABareComponentWithoutTheWagiExecutor() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("app.wasm", WasmBytes.handler)
        let release = try source.open("app.wasm")
        #expect(release.components.map(\.needs) == [.http])
        #expect(try !release.text("spin.toml").contains("wagi"))
    }

    @Test func collectsTheFilesOfAnApplicationWhereTheGuestSeesThem() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("app/spin.toml", manifest)
        try source.write("app/out/hello.wasm", WasmBytes.command)
        try source.write("app/a/one.txt", "1")
        try source.write("app/a/b/two.txt", "2")
        try source.write("app/a/b/two.map", "no")
        try source.write("app/assets/style.css", "css")
        try source.write("app/unrelated.txt", "no")
        for name in ["app", "app/spin.toml"] {
            let release = try source.open(name)
            #expect(
                release.paths == [
                    "files/hello/a/b/two.txt", "files/hello/a/one.txt", "files/hello/static/style.css", "hello.wasm",
                    "spin.toml",
                ])
            #expect(release.components[0].mount?.description == "files/hello")
            let text = try release.text("spin.toml")
            #expect(text.contains("source = \"files/hello\"") && !text.contains("exclude_files") && !text.contains("make"))
            // What was written is a manifest again, and leads to the same release.
            let again = SourceDirectory()
            defer { again.remove() }
            for path in release.paths { try again.write(path, try release.bytes(path)) }
            #expect(try again.open("spin.toml").paths == release.paths)
            #expect(try again.open("spin.toml").text("spin.toml") == text)
            let made = try #require(try release.manifest())
            #expect(made.defect == nil)
        }
    }

    @Test func followsLinksInsideTheApplicationOnly() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("app/spin.toml", manifest)
        try source.write("app/real.wasm", WasmBytes.command)
        try source.write("app/a/one.txt", "1")
        try source.write("app/assets/x", "x")
        try source.write("secret", "secret")
        try source.write("app/out/.keep", "")
        try source.link("app/out/hello.wasm", to: "../real.wasm")
        try source.link("app/a/inside", to: "../assets/x")
        try source.link("app/a/round", to: "../a")
        #expect(try source.open("app").bytes("hello.wasm") == WasmBytes.command)
        #expect(try source.open("app").text("files/hello/a/inside") == "x")
        #expect(try source.open("app").warnings.contains { $0.contains("'a/round' is a link to a directory") })
        try source.link("app/a/leak", to: "../../secret")
        #expect(source.refusal("app")?.contains("leads out of the application's directory") == true)
    }

    @Test func allowsASourceThatThePersonNamesOutside() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("target/app.wasm", WasmBytes.command)
        try source.write(
            "app/spin.toml",
            manifest.replacing("out/hello.wasm", with: "../target/app.wasm").replacing(
                "files = [\"a/**/*\", { source = \"assets\", destination = \"/static\" }]", with: ""))
        #expect(try source.open("app").paths == ["hello.wasm", "spin.toml"])
        try source.write("target/app.wasm", "root:x:0:0")
        #expect(source.refusal("app")?.contains("it is not WebAssembly: it looks like text") == true)
        try source.write("app/out/hello.wasm", WasmBytes.command)
        try source.write("app/spin.toml", manifest.replacing("\"a/**/*\"", with: "\"../target/*\""))
        #expect(source.refusal("app")?.contains("does not name files inside") == true)
    }

    @Test func noticesASourceThatChangesAfterItWasLookedAt() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("app.wasm", WasmBytes.command)
        let release = try source.open("app.wasm")
        let content = try #require(release.files.first).content
        let reader = try content.open()
        try source.write("app.wasm", WasmBytes.command + [0, 1, 0])
        #expect(throws: ContentError.self) { try content.open() }
        // One that was opened before goes on reading the file it opened: that one was replaced, not changed.
        _ = reader
        let handle = try #require(FileHandle(forWritingAtPath: source.path.appending("app.wasm").string))
        let second = try source.open("app.wasm").files[0].content.open()
        try handle.write(contentsOf: Data([9]))
        try handle.close()
        #expect(throws: ContentError.self) { try second.read(at: 0, count: 1 << 20) }
    }

    @Test func sharesOneArtifactBetweenComponents() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "two"
            version = "3"
            [[trigger.http]]
            route = "/a"
            component = "a"
            [[trigger.http]]
            route = "/b"
            component = "b"
            [component.a]
            source = "x.wasm"
            [component.b]
            source = "./x.wasm"
            key_value_stores = ["default"]
            """)
        try source.write("x.wasm", WasmBytes.handler)
        let release = try source.open("spin.toml")
        #expect(release.paths == ["a.wasm", "spin.toml"])
        #expect(release.version == "3")
        #expect(release.components.map { $0.source?.description } == ["a.wasm", "a.wasm"])
        #expect(release.capabilities.keyValueStores == ["default"])
    }

    @Test func saysWhatIsMissing() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("app/spin.toml", manifest)
        #expect(source.refusal("app")?.contains("spin build") == true)
        #expect(source.refusal("nothing")?.contains("does not exist") == true)
        #expect(source.refusal("")?.contains("without a spin.toml and without an oci-layout") == true)
        try source.write("native.wasm", [0x7f, 0x45, 0x4c, 0x46])
        #expect(
            source.refusal("native.wasm")
                == "Could not publish native.wasm: it is not WebAssembly: it looks like a native ELF program. "
                + "Build for a wasm target, such as wasm32-wasip1, and publish that file.")
        try source.write("app/out/hello.wasm", WasmBytes.handler)
        #expect(source.refusal("app")?.contains("its files 'assets' do not exist") == true)
        try source.write("app/assets/x", "x")
        #expect(source.refusal("app")?.contains("has the wagi executor") == true)
    }
}
