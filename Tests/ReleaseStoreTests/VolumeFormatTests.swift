import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Keeps the format's document honest: every byte of its example is made anew.
@Suite struct VolumeFormatTests {
    /// RFC 8032, section 7.1, test 1.
    private static let seed: [UInt8] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69,
        0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ]

    private func document() throws -> String {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let path = root.appending("Sources").appending("ReleaseStore").appending("ReleaseStore.docc").appending(
            "VolumeFormat.md")
        return String(decoding: try LinuxFileSystem().readAll(path, limit: 1 << 20, for: .userRead), as: UTF8.self)
    }

    @Test func theExampleIsWhatTheStoreWrites() async throws {
        let examples = try await withTemporaryDirectory { directory in try makeExamples(in: directory) }
        let document = try document()
        for (name, text) in examples {
            let block = text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
            let isThere = document.contains("\n\n\(block)\n")
            #expect(isThere, "\(name) should be:\n\(block)")
        }
    }

    private func makeExamples(in directory: FilePath) throws -> [(name: String, text: String)] {
        let files = LinuxFileSystem()
        func read(_ path: FilePath) throws -> [UInt8] { try files.readAll(path, limit: 1 << 20, for: .userRead) }
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        let fixture = try VolumeFixture(in: directory)
        let key = try #require(SigningKey(name: "example", seed: Self.seed))
        let contents: [String: [UInt8]] = ["app.wasm": [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], "spin.toml": []]
        let manifest = ReleaseManifest(
            app: "shop", version: "1.0", entry: try #require(RelativePath("spin.toml")),
            files: try contents.map { path, bytes in
                ReleaseFile(path: try #require(RelativePath(path)), digest: Digest(of: bytes), size: UInt64(bytes.count))
            },
            components: [
                ComponentFacts(
                    id: "app", source: RelativePath("app.wasm"), kind: .module, needs: .wagi, route: "/...", imports: [],
                    exports: [],
                    producers: [])
            ], capabilities: Capabilities())
        let release = PendingRelease(manifest: manifest) { (file) throws(ContentError) in
            MemoryContent(contents[file.path.description] ?? [])
        }
        let outcome = try fixture.publisher(keys: [key], policy: .some(nil), who: "ci@example.com")
            .publish(release, channel: "stable", message: "First release")
        let record = try read(fixture.layout.record("shop", 1))
        let stored = try #require(try ReleaseLog(volume: fixture.volume(), app: "shop", policy: nil).stored(1))
        let payload = try #require(Data(base64Encoded: stored.envelope.payload))
        let head = try read(fixture.layout.head("shop"))
        #expect(head.count == 512)
        let signed = Envelope.preAuthenticationEncoding(payload: [UInt8](payload), payloadType: Envelope.recordType)
        return [
            ("the public key", key.publicKey), ("the volume's description", text(try read(fixture.layout.description))),
            ("the manifest", text(try read(fixture.layout.blob(outcome.release)))),
            ("the release", outcome.release.description),
            ("the payload", text([UInt8](payload))), ("what is signed", text(Array(signed.dropLast(payload.count + 1)))),
            ("the envelope", text(record)), ("the digest", Digest(of: record).description),
            (
                "the beacon",
                text(head).split(separator: "\n").prefix(2).joined(separator: "\n").trimmingCharacters(in: .whitespaces)
            ),
        ]
    }
}
