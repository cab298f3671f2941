import RolloutCore
import Testing

@Suite struct ReleaseManifestTests {
    private static func file(_ path: RelativePath, _ size: UInt64 = 10) -> ReleaseFile {
        ReleaseFile(path: path, digest: a, size: size)
    }

    private static func sound() throws -> ReleaseManifest {
        let artifact = try #require(RelativePath("app.wasm"))
        let entry = try #require(RelativePath("spin.toml"))
        let component = ComponentFacts(
            id: "app", source: artifact, kind: .component, needs: .http, route: "/...", imports: [], exports: [], producers: [])
        return ReleaseManifest(
            app: "shop", version: "1.0.0", entry: entry, files: [file(entry), file(artifact)], components: [component],
            capabilities: Capabilities())
    }

    @Test func aSoundManifestHasNoDefect() throws {
        #expect(try Self.sound().defect == nil)
    }

    @Test(
        arguments: [
            { $0.format = 2 }, { $0.files = [] }, { $0.files.reverse() }, { $0.files.append($0.files[1]) },
            { $0.files[0].size = Limits.blobBytes + 1 },
            { $0.files = $0.files.map { ReleaseFile(path: $0.path, digest: a, size: .max) } },
            { $0.files.remove(at: 1) }, { $0.files.remove(at: 0) }, { $0.components = [] },
            { $0.components = Array(repeating: $0.components[0], count: Limits.components + 1) },
            { $0.version = String(repeating: "1", count: 257) },
            { manifest in for number in 0...Limits.annotations { manifest.annotations["\(number)"] = "" } },
            {
                if let inside = RelativePath("app.wasm/x") {
                    $0.files.insert(ReleaseFile(path: inside, digest: a, size: 1), at: 1)
                }
            },
            {
                if let deep = RelativePath("app.wasm/x/y") {
                    $0.files.insert(ReleaseFile(path: deep, digest: a, size: 1), at: 1)
                }
            },
            { manifest in
                manifest.files =
                    (0..<5).compactMap { number in
                        RelativePath("f\(number)").map { ReleaseFile(path: $0, digest: a, size: Limits.blobBytes) }
                    } + manifest.files
            },
        ] as [@Sendable (inout ReleaseManifest) -> Void])
    func aDefectIsNamed(break: @Sendable (inout ReleaseManifest) -> Void) throws {
        var manifest = try Self.sound()
        `break`(&manifest)
        #expect(manifest.defect != nil)
    }

    @Test func theFilesMayNotBeTooMany() throws {
        var manifest = try Self.sound()
        let more = (0..<Limits.files).compactMap { RelativePath("z" + String($0 + 1_000_000)) }
        manifest.files += more.map { Self.file($0) }
        #expect(manifest.defect?.contains("files") == true)
    }

    @Test func whatIsAskedForInAdditionIsTold() {
        let older = Capabilities(outboundHosts: ["https://a"], keyValueStores: ["default"])
        let newer = Capabilities(outboundHosts: ["https://b", "https://a"], keyValueStores: ["default"], aiModels: ["m"])
        #expect(newer.added(since: older) == Capabilities(outboundHosts: ["https://b"], aiModels: ["m"]))
        #expect(older.added(since: newer).isEmpty)
    }
}
