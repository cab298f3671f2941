import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout show`.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe a release: its files, its components, what it asks for.",
        discussion: """
            Example:
              wasmrollout show 9f86d081 --volume /mnt/app
            """)

    @Argument(help: "A digest, its first digits (4 at least), or a version label.")
    var release: ReleaseReference

    @Option(name: .long, help: "Look only among this app's releases.")
    var app: AppName?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let (release, app) = (release, app)
        global.write(
            try await volume.read { volume in
                let id = try Self.find(release, of: app, on: volume)
                return ReleaseDescription(release: id, manifest: try BlobStore(volume).manifest(of: id))
            })
    }

    private static func find(_ release: ReleaseReference, of app: AppName?, on volume: Volume) throws -> Digest {
        if let digest = Digest(release.text) { return digest }
        let labels = ReleaseLabels(volume)
        var candidates: [ReleaseName] = []
        for app in try app.map({ [$0] }) ?? volume.apps() {
            for release in try ReleaseHistory(volume, app: app).releases() { candidates.append(labels.name(release)) }
        }
        return try release.resolve(among: candidates, where: "the volume")
    }
}
