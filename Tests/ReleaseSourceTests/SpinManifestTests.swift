import RolloutCore
import RolloutTesting
import Testing

@testable import ReleaseSource

@Suite struct SpinManifestTests {
    private func read(_ text: String) throws(ReleaseSourceError) -> SpinManifest {
        try SpinManifestReader.read(text, name: "spin.toml")
    }

    private func refusal(_ text: String) -> String {
        do throws(ReleaseSourceError) {
            _ = try read(text)
            return "accepted"
        } catch {
            return error.description
        }
    }

    private func version2(trigger: String = "route = \"/...\"\ncomponent = \"a\"", component: String = "", rest: String = "")
        -> String
    {
        """
        spin_manifest_version = 2
        [application]
        name = "app"
        [[trigger.http]]
        \(trigger)
        [component.a]
        source = "a.wasm"
        \(component)
        \(rest)
        """
    }

    @Test func readsEverythingThatMattersOfVersion2() throws {
        let manifest = try read(
            """
            spin_manifest_version = 2
            [application]
            name = "shop"
            version = "1.4.2"
            [variables]
            key = { required = true, secret = true }
            color = { default = "red" }
            [[trigger.http]]
            id = "front"
            route = "/..."
            component = "front"
            executor = { type = "wagi", argv = "x ${ARGS}" }
            [[trigger.http]]
            route = { private = true }
            component = "back"
            [[trigger.http]]
            route = "/inline"
            component = { source = "inline.wasm", key_value_stores = ["cache"] }
            [[trigger.http]]
            id = "health"
            route = "/up"
            static_response = { status_code = 204, headers = { x = "y" }, body = "fine" }
            [component.front]
            source = "front.wasm"
            environment = { MODE = "live" }
            files = ["a/*.txt", { source = "assets", destination = "/static" }]
            exclude_files = ["*.map"]
            allowed_outbound_hosts = ["https://api.example.com"]
            sqlite_databases = ["default"]
            ai_models = ["llama2-chat"]
            [component.back]
            source = "back.wasm"
            """)
        #expect(manifest.version == "1.4.2")
        #expect(manifest.requiredVariables == ["key"])
        #expect(manifest.triggers.map(\.route) == ["/...", nil, "/inline", "/up"])
        #expect(manifest.triggers.map(\.isWagi) == [true, false, false, false])
        #expect(manifest.triggers[0].arguments == "x ${ARGS}")
        #expect(manifest.triggers[2].component == "http-trigger3-component")
        #expect(manifest.triggers[3].response == StaticResponse(status: 204, headers: ["x": "y"], body: "fine"))
        #expect(manifest.components.map(\.id) == ["back", "front", "http-trigger3-component"])
        let front = manifest.components[1]
        #expect(front.files == [.pattern("a/*.txt"), .placement(source: "assets", destination: "/static")])
        #expect(front.excludes == ["*.map"])
        #expect(front.environment == ["MODE": "live"])
        #expect(front.capabilities.outboundHosts == ["https://api.example.com"])
        #expect(front.capabilities.sqliteDatabases == ["default"])
        #expect(front.capabilities.aiModels == ["llama2-chat"])
        #expect(manifest.components[2].capabilities.keyValueStores == ["cache"])
        #expect(manifest.warnings.isEmpty)
    }

    @Test func readsVersion1() throws {
        let manifest = try read(
            """
            spin_manifest_version = "1"
            name = "old"
            version = "0.9"
            trigger = { type = "http", base = "/" }
            [[component]]
            id = "hello"
            source = "hello.wasm"
            allowed_http_hosts = ["example.com", "insecure:allow-all"]
            files = ["x.txt"]
            [component.trigger]
            route = "/hello"
            executor = { type = "wagi" }
            """)
        #expect(manifest.version == "0.9")
        #expect(manifest.triggers.map(\.route) == ["/hello"])
        #expect(manifest.triggers[0].isWagi)
        #expect(
            manifest.components[0].capabilities.outboundHosts
                == ["http://*:*", "http://example.com", "https://*:*", "https://example.com"])
    }

    @Test func namesTheLineThatIsNotToml() {
        let text = refusal("spin_manifest_version = 2\n[application\nname = \"x\"\n")
        #expect(text.hasPrefix("Could not publish spin.toml: line 2 is not valid TOML"))
        #expect(text.hasSuffix("Correct spin.toml:2."))
    }

    @Test func refusesKeysThatSpinRefuses() {
        #expect(refusal(version2(rest: "[extra]\nx = 1")).contains("Spin does not know the key 'extra'"))
        #expect(refusal(version2(component: "colour = 1")).contains("Spin does not know the key 'component.a.colour'"))
    }

    @Test func refusesWhatCannotBeReleasedWithARemedy() {
        let digest = String(repeating: "a", count: 64)
        let remote = version2().replacing(
            "source = \"a.wasm\"", with: "source = { url = \"https://x/a.wasm\", digest = \"sha256:\(digest)\" }")
        #expect(refusal(remote).contains("remote source, https://x/a.wasm. Download it"))
        let registry = version2().replacing("source = \"a.wasm\"", with: "source = { package = \"a:b\", version = \"1.0.0\" }")
        #expect(refusal(registry).contains("wkg get a:b"))
        #expect(
            refusal(version2(rest: "[[trigger.redis]]\nchannel = \"c\"\ncomponent = \"a\"")).contains("triggers of type redis"))
        #expect(refusal(version2(rest: "[application.trigger.http]\nbase = \"/x\"")).contains("'/x'"))
        #expect(
            refusal(version2(trigger: "route = \"/\"\ncomponent = \"a\"\nexecutor = { type = \"wagi\", entrypoint = \"go\" }"))
                .contains("supports only _start"))
        #expect(refusal(version2(trigger: "route = \"/\"\ncomponent = \"b\"")).contains("names the component 'b'"))
        #expect(refusal(version2(trigger: "component = \"a\"")).contains("has no route"))
        #expect(refusal(version2(rest: "[variables]\nx = { }")).contains("either required or have a default"))
        #expect(refusal("a = 1").contains("no spin_manifest_version"))
        #expect(refusal("spin_manifest_version = 3").contains("is 3"))
        #expect(refusal("spin_manifest_version = 2\n[application]\nname = \"a\\u0000b\"").contains("NUL"))
        #expect(refusal(version2(component: "files = \"x\"")).contains("it must be a list"))
    }

    @Test func writesTheSameTreeThatItReads() throws {
        let source = """
            spin_manifest_version = 2
            [application]
            name = "a \\"quoted\\" \\\\ name"
            description = \"\"\"
            two
            lines\"\"\"
            authors = ["a", "b"]
            [application.trigger.http]
            base = "/"
            [variables]
            "dotted.key" = { default = "tab\\tä\\u007f" }
            empty = { default = "" }
            [component.a]
            source = "a.wasm"
            [component.a.tool.x]
            numbers = [1, -2, 9223372036854775807]
            floats = [0.5, 1e300]
            mixed = [[1], ["x"], [{ deep = { er = true } }]]
            tables = [{ a = 1 }, { b = [] }]
            none = {}
            """
        let tree = try ManifestNode.parse(toml: source, name: "x")
        var expected = tree
        expected["application"]?["version"] = .text("unreleased")
        #expect(try ManifestNode.parse(toml: SpinManifestWriter.write(tree), name: "y") == expected)
    }

    @Test(arguments: 0..<20) func writesAnyTreeThatItCouldRead(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<20 {
            var tree = Self.table(depth: 4, &random)
            tree["application"] = .table(["name": .text("x"), "version": .text("unreleased")])
            #expect(try ManifestNode.parse(toml: SpinManifestWriter.write(tree), name: "x") == tree)
        }
    }

    @Test func fillsInTheReleaseOnceAndOnlyInWhatItWrote() throws {
        let digest = try #require(Digest(hex: String(repeating: "5", count: 64)))
        let value = "a\nversion = \"unreleased\" # set by the host\nb"
        var tree = try read(version2()).tree
        tree["variables"] = .table(["trick": .table(["default": .text(value)])])
        let stamped = try #require(SpinManifestStamp.withVersion(SpinManifestWriter.write(tree), releaseID: digest))
        let manifest = try read(stamped)
        #expect(manifest.version == digest.description)
        #expect(manifest.tree["variables"]?["trick"]?["default"] == .text(value))
        #expect(SpinManifestStamp.withVersion(stamped, releaseID: digest) == nil)
        let old = try read("spin_version = \"1\"\nname = \"x\"\nversion = \"1\"\ntrigger = { type = \"http\" }")
        let oldStamped = try #require(SpinManifestStamp.withVersion(SpinManifestWriter.write(old.tree), releaseID: digest))
        #expect(try read(oldStamped).version == digest.description)
    }

    private static func table(depth: Int, _ random: inout SeededRandom) -> ManifestNode {
        var result: [String: ManifestNode] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) { result[text(&random)] = node(depth: depth, &random) }
        return .table(result)
    }

    private static func node(depth: Int, _ random: inout SeededRandom) -> ManifestNode {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .text(text(&random))
        case 1: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 2: return .boolean(Bool.random(using: &random))
        case 3: return .number(Double.random(in: -1e9...1e9, using: &random))
        case 4: return table(depth: depth - 1, &random)
        default: return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in node(depth: depth - 1, &random) })
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let alphabet: [Character] = [
            "a", "B", "7", "-", "_", " ", ".", "\"", "'", "\\", "#", "\n", "\t", "=", "ä", "🦀", "[", "]", "\u{7f}",
        ]
        return String((0..<Int.random(in: 1...8, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
    }
}
