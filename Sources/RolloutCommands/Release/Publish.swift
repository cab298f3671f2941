import ArgumentParser
import ReleaseSource
import ReleaseStore
import RolloutCore

/// `wasmrollout publish`.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a release on the volume and make it a channel's target.",
        discussion: """
            SOURCE is a .wasm, a spin.toml (or its directory), or an OCI image layout, as a directory or a tar archive. \
            What no host could run is refused, with the reason. Says what the release asks for, and what of that is new; for more than the release before it \
            asks for, it wants --allow-new-capabilities, or a first wave that somebody approves.

            In waves, hosts with `[coordinator]` open the next one when the one before has done well, or go back. The first release of \
            a channel is for everyone at once.

            Example:
              wasmrollout publish app.wasm --app shop --volume /mnt/app \\
                  --key ci.key.json --wait
              wasmrollout publish app.wasm --app shop --waves 1,10%,50%,100% --bake 2m \\
                  --max-failures 1 --max-unavailable 25%
            """)

    @Argument(help: "A .wasm, a spin.toml, or an OCI image layout.", completion: .file())
    var source: String

    @Option(
        name: [.customLong("version-label")],
        help: ArgumentHelp("The version for people. Default: the Spin manifest's.", valueName: "label"))
    var label: String?

    @Flag(name: .long, help: "Check everything, write nothing.")
    var dryRun = false

    @OptionGroup(title: "How it goes through the fleet") var plan: PlanOptions
    @OptionGroup var options: PublisherOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if dryRun, waiting.wait { throw ValidationError("With --dry-run there is nothing to wait for.") }
    }

    func run() async throws {
        let result = try await options.volume.call { try publish() }
        try await waiting.finish(result, options.volume, on: options.channel, global: global)
    }

    private func publish() throws -> PublishResult {
        let publisher = try options.publisher()
        let volume = try options.volume.open()
        var source = try ReleaseSource(CommandHost.files).open(CommandHost.absolute(source))
        if let label { source.version = label }
        guard let manifest = source.manifest(app: options.app, digests: try source.digests()) else {
            preconditionFailure("a file of the release has no digest")
        }
        let contents = Dictionary(source.files.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
        let pending = PendingRelease(manifest: manifest) { file throws(ContentError) in
            guard let content = contents[file.path] else { preconditionFailure("'\(file.path)' is not of this release") }
            return try content.open()
        }
        let asked = try plan.template(on: volume)
        let outcome: PublishOutcome
        do throws(StoreError) {
            outcome = try copy(pending, by: asked.plan, with: publisher)
        } catch {
            throw Obstacle(volume, app: options.app).explain(error, on: options.channel)
        }
        var result = PublishResult(manifest: manifest, outcome: outcome, options: options, isDryRun: dryRun)
        result.plan = try PlanOutline(outcome, asked: asked, of: options.app, on: options.channel, volume)
        result.warnings = source.warnings + outcome.warnings
        result.before = outcome.before.map(ReleaseLabels(volume).name)
        return result
    }

    private func copy(
        _ pending: PendingRelease, by template: PlanTemplate, with publisher: Publisher
    ) throws(StoreError) -> PublishOutcome {
        let bar = ProgressBar(total: pending.manifest.totalBytes, isQuiet: global.json)
        defer { bar.finish() }
        var done: UInt64 = 0
        return try publisher.publish(
            pending, channel: options.channel, plan: .template(template), newCapabilities: plan.newCapabilities,
            message: options.message, dryRun: dryRun
        ) { bytes in
            done += bytes
            bar.update(done)
        }
    }
}
