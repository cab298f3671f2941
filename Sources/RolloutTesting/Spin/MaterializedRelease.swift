import RolloutCore
import Runtimes
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A release's directory as an agent materializes it, with a launch for it.
package struct MaterializedRelease: Sendable {
    package let root: FilePath
    package let launch: BackendLaunch

    /// Writes the files below `root`; digests are made up, sizes are real.
    package init(
        root: FilePath, files: [String: [UInt8]], entry: RelativePath? = nil, needs: RuntimeNeed = .wagi,
        generation: UInt64 = 1, token: String = "test", expectedVersion: String? = nil
    ) throws {
        guard let entry = entry ?? RelativePath("spin.toml") else { preconditionFailure("spin.toml is a path") }
        self.root = root
        let directory = root.appending("release-\(generation)")
        for (path, bytes) in files {
            let target = directory.appending(path)
            try FileManager.default.createDirectory(
                atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: target.string))
        }
        let digest = Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: UInt64($0) &+ generation) })
        let listed = files.keys.sorted().compactMap { RelativePath($0) }
        let source = listed.first { $0.description.hasSuffix(".wasm") }
        let component = ComponentFacts(
            id: "app", source: source, kind: .module, needs: needs, route: "/...", imports: [], exports: ["_start"],
            producers: [])
        let manifest = ReleaseManifest(
            app: "app", version: "1", entry: entry,
            files: listed.map { ReleaseFile(path: $0, digest: digest, size: UInt64(files[$0.description]?.count ?? 0)) },
            components: [component], capabilities: Capabilities())
        launch = BackendLaunch(
            id: BackendID(release: digest, generation: generation), manifest: manifest, directory: directory,
            scratch: root.appending("scratch-\(generation)"), token: token, expectedVersion: expectedVersion)
    }

    /// One module for the Spin stand-in.
    package init(
        root: FilePath, _ behavior: StandInBehavior, version: String = "1", generation: UInt64 = 1, token: String = "test",
        expectedVersion: String? = nil
    ) throws {
        try self.init(
            root: root,
            files: [
                "spin.toml": Array(StandInArtifact.manifest(version: version).utf8), "app.wasm": StandInArtifact.wasm(behavior),
            ], generation: generation, token: token, expectedVersion: expectedVersion)
    }
}
