import ReleaseSource
import RolloutCore
import Testing

@Suite struct OCIImageTests {
    private func archive(_ image: ImageBytes, _ check: (SourceDirectory) throws -> Void) throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("image.tar", image.archive)
        try source.write(image)
        try check(source)
    }

    private func tar(_ files: [(String, [UInt8])]) -> TarBytes {
        var tar = TarBytes()
        for (path, bytes) in files { tar.add(path, bytes) }
        return tar
    }

    @Test(arguments: [true, false]) func readsAnImageWithOneArtifactAtItsEntryPoint(gzip: Bool) throws {
        try archive(ImageBytes.files(tar([("other.wasm", WasmBytes.handler), ("app.wasm", WasmBytes.command)]), gzip: gzip)) {
            source in
            for name in ["", "image.tar"] {
                let release = try source.open(name)
                #expect(release.paths == ["app.wasm", "spin.toml"])
                #expect(try release.bytes("app.wasm") == WasmBytes.command)
                #expect(release.annotations["wasmrollout.image.digest"]?.hasPrefix("sha256:") == true)
            }
        }
    }

    @Test func readsACompressedArchive() throws {
        let source = SourceDirectory()
        defer { source.remove() }
        try source.write("image.tar.gz", GzipBytes.compress(ImageBytes.files(tar([("app.wasm", WasmBytes.command)])).archive))
        #expect(try source.open("image.tar.gz").bytes("app.wasm") == WasmBytes.command)
        #expect(try Set(LayoutNames.list(source)) == ["image.tar.gz"], "the temporary file has no name")
    }

    @Test func readsASpinApplicationInLayersWithWhiteouts() throws {
        var image = ImageBytes()
        let manifest = """
            spin_manifest_version = 2
            [application]
            name = "x"
            version = "7"
            [[trigger.http]]
            route = "/..."
            component = "a"
            [component.a]
            source = "bin/a.wasm"
            files = ["data/*"]
            """
        let lower = tar([("bin/a.wasm", [1, 2]), ("data/old", [1]), ("data/kept", [2]), ("spin.toml", Array(manifest.utf8))])
        let upper = tar([("./bin/a.wasm", WasmBytes.handler), ("data/.wh.old", []), ("data/new", [3])])
        let layers = [lower, upper].map {
            image.blob(GzipBytes.compress($0.bytes), "application/vnd.oci.image.layer.v1.tar+gzip")
        }
        let config = image.config()
        image.index([image.manifest(config: config, layers: layers, platform: "wasip1/wasm")])
        try archive(image) { source in
            let release = try source.open("image.tar")
            #expect(release.paths == ["a.wasm", "files/a/data/kept", "files/a/data/new", "spin.toml"])
            #expect(release.version == "7")
        }
    }

    @Test func picksTheWasmImageAmongPlatformsAndAttestations() throws {
        var image = ImageBytes.files(tar([("app.wasm", WasmBytes.command)]))
        let layer = image.blob(tar([("app.wasm", WasmBytes.command)]).bytes, "application/vnd.oci.image.layer.v1.tar")
        let config = image.config(entrypoint: "app.wasm")
        let wasm = image.manifest(config: config, layers: [layer])
        let native = image.manifest(
            config: image.config(os: "linux", architecture: "amd64"), layers: [], platform: "linux/amd64")
        let attestation = image.manifest(
            config: image.config(os: "x", architecture: "y"), layers: [], platform: "unknown/unknown")
        let nested = image.blob(
            Array(#"{"schemaVersion":2,"manifests":[\#(native),\#(wasm),\#(attestation)]}"#.utf8),
            "application/vnd.oci.image.index.v1+json")
        image.index([nested])
        try archive(image) { source in
            let bytes = try source.open("image.tar").bytes("app.wasm")
            #expect(bytes == WasmBytes.command)
        }
        image.index([native])
        try archive(image) { source in
            #expect(source.refusal("image.tar")?.contains("images for linux/amd64 only") == true)
        }
    }

    @Test func readsAWasmArtifactLayer() throws {
        for type in ["application/wasm", "application/vnd.wasm.content.layer.v1+wasm"] {
            var image = ImageBytes()
            let layer = image.blob(WasmBytes.handler, type)
            let config = image.blob(
                Array(#"{"os":"wasip2","architecture":"wasm"}"#.utf8), "application/vnd.wasm.config.v0+json")
            image.index([image.manifest(config: config, layers: [layer], platform: nil)])
            try archive(image) { source in
                let release = try source.open("image.tar")
                #expect(release.components.map(\.needs) == [.http])
            }
        }
    }

    @Test(arguments: [true, false]) func readsASpinApplicationAsSpinPushesIt(archived: Bool) throws {
        var image = ImageBytes()
        let component = image.blob(WasmBytes.handler, "application/vnd.wasm.content.layer.v1+wasm")
        let large = [UInt8](repeating: 65, count: 300)
        let data =
            archived
            ? image.blob(
                GzipBytes.compress(tar([("./css/large.css", large)]).bytes), "application/vnd.wasm.content.bundle.v1.tar+gzip")
            : image.blob(large, "application/vnd.wasm.content.layer.v1+data")
        let locked = """
            {"spin_lock_version":0,"metadata":{"name":"shop","version":"2.1","triggers":{"http":{"base":"/"}},"trigger":{"type":"http"}},
            "variables":{"key":{"default":null,"secret":true},"color":{"default":"red"}},
            "triggers":[{"id":"t","trigger_type":"http","trigger_config":{"component":"front","route":"/...","executor":null}}],
            "components":[{"id":"front","metadata":{"allowed_outbound_hosts":["https://x.example"],"databases":["default"]},
            "source":{"content_type":"application/wasm","digest":"\(ImageBytes.digest(WasmBytes.handler))"},
            "env":{"A":"b"},"config":{"c":"{{ color }}"},
            "files":[{"inline":"aGkh","path":"small.txt"},{"inline":"aGk","path":"unpadded.txt"},
            {"digest":"\(ImageBytes.digest(large))","path":"css/large.css"}]}]}
            """
        let layer = image.blob(Array(locked.utf8), "application/vnd.fermyon.spin.application.v1+config")
        let config = image.config(os: "Wasip1")
        image.index([image.manifest(config: config, layers: [component, data, layer], platform: nil)])
        try archive(image) { source in
            let release = try source.open("image.tar")
            #expect(
                release.paths == [
                    "files/front/css/large.css", "files/front/small.txt", "files/front/unpadded.txt", "front.wasm", "spin.toml",
                ])
            #expect(try release.text("files/front/small.txt") == "hi!")
            #expect(try release.text("files/front/unpadded.txt") == "hi")
            #expect(try release.bytes("files/front/css/large.css") == large)
            #expect(release.version == "2.1")
            #expect(release.capabilities.requiredVariables == ["key"])
            #expect(release.capabilities.sqliteDatabases == ["default"])
            #expect(release.components[0].environment == ["A": "b"])
            #expect(try release.text("spin.toml").contains("c = \"{{ color }}\""))
        }
    }

    @Test func refusesContentThatIsNotWhatItsDigestSays() throws {
        var image = ImageBytes.files(tar([("app.wasm", WasmBytes.command)]), gzip: false)
        for name in image.files.keys.sorted() where name.hasPrefix("blobs/") {
            var altered = image
            altered.files[name]?[10] ^= 1
            try archive(altered) { source in
                #expect(source.refusal("image.tar")?.contains("so it was altered or damaged") == true)
            }
            altered = image
            altered.files[name]?.append(0)
            try archive(altered) { source in
                #expect(source.refusal("")?.contains("and the image says") == true)
            }
            altered = image
            altered.files[name] = nil
            try archive(altered) { source in
                #expect(source.refusal("image.tar")?.contains("does not hold it") == true)
            }
        }
        image.files["index.json"] = nil
        try archive(image) { source in #expect(source.refusal("image.tar")?.contains("no index.json") == true) }
    }

    @Test func refusesNamesThatLeadOut() throws {
        for path in ["../evil.wasm", "/etc/passwd", "a/../../b"] {
            try archive(ImageBytes.files(tar([("app.wasm", WasmBytes.command), (path, [1])]))) { source in
                #expect(source.refusal("image.tar")?.contains("leads out of the image") == true)
            }
        }
        var long = tar([("app.wasm", WasmBytes.command)])
        long.pax("path", "../evil")
        long.add("harmless", [1])
        try archive(ImageBytes.files(long)) { source in
            #expect(source.refusal("image.tar")?.contains("leads out of the image") == true)
        }
    }

    @Test func refusesLinksAndDevicesWhereTheyAreUsed() throws {
        for type in ["1", "2", "3"] as [Character] {
            var layer = TarBytes()
            layer.add("real", WasmBytes.command)
            layer.add("app.wasm", type: type, link: "real")
            try archive(ImageBytes.files(layer)) { source in
                #expect(source.refusal("image.tar")?.contains("a release holds files only") == true)
            }
        }
    }

    @Test func readsLongNamesOfBothKinds() throws {
        let name = String(repeating: "directory/", count: 14) + "app.wasm"
        for isPax in [true, false] {
            var layer = TarBytes()
            if isPax { layer.pax("path", name) } else { layer.longName(name) }
            layer.add("short", WasmBytes.command)
            try archive(ImageBytes.files(layer, entrypoint: "/" + name)) { source in
                let bytes = try source.open("image.tar").bytes("app.wasm")
                #expect(bytes == WasmBytes.command)
            }
        }
    }

    @Test func stopsAGzipBomb() throws {
        // 80 MiB of zeros become some 80 kB.
        let bomb = GzipBytes.compress(tar([("app.wasm", [UInt8](repeating: 0, count: 80 << 20))]).bytes)
        #expect(bomb.count < 200_000)
        var image = ImageBytes()
        let layer = image.blob(bomb, "application/vnd.oci.image.layer.v1.tar+gzip")
        let config = image.config(entrypoint: "app.wasm")
        image.index([image.manifest(config: config, layers: [layer])])
        try archive(image) { source in
            #expect(source.refusal("image.tar")?.contains("decompresses to more than 67108864 bytes") == true)
        }
    }

    @Test func refusesCutOffAndDamagedArchives() throws {
        let whole = ImageBytes.files(tar([("app.wasm", WasmBytes.command)])).archive
        let source = SourceDirectory()
        defer { source.remove() }
        // The last entry is oci-layout, in the block before the end marker: padding behind it may be missing.
        for length in stride(from: 1, to: whole.count - 1024 - 512 + 30, by: 97) {
            try source.write("cut.tar", Array(whole[..<length]))
            #expect(source.refusal("cut.tar") != nil, "cut at \(length)")
        }
        let layer = GzipBytes.compress(tar([("app.wasm", WasmBytes.command)]).bytes)
        for damaged in [Array(layer.dropLast(9)), layer.enumerated().map { $0.offset == 30 ? ~$0.element : $0.element }] {
            var image = ImageBytes()
            let blob = image.blob(damaged, "application/vnd.oci.image.layer.v1.tar+gzip")
            let config = image.config(entrypoint: "app.wasm")
            image.index([image.manifest(config: config, layers: [blob])])
            try source.write("image.tar", image.archive)
            #expect(source.refusal("image.tar") != nil)
        }
    }

    @Test func refusesAFileThatReachesOutOfItsComponent() throws {
        var image = ImageBytes()
        let component = image.blob(WasmBytes.handler, "application/wasm")
        let locked = """
            {"spin_lock_version":0,"triggers":[{"id":"t","trigger_type":"http","trigger_config":{"component":"a","route":"/"}}],
            "components":[{"id":"a","source":{"content_type":"application/wasm","digest":"\(ImageBytes.digest(WasmBytes.handler))"},
            "files":[{"inline":"aGk","path":"../../etc/x"}]}]}
            """
        let layer = image.blob(Array(locked.utf8), "application/vnd.fermyon.spin.application.v1+config")
        let config = image.config()
        image.index([image.manifest(config: config, layers: [component, layer])])
        try archive(image) { source in
            #expect(source.refusal("image.tar")?.contains("leads out of its directory") == true)
        }
    }
}
