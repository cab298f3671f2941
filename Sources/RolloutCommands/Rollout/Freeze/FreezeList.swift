import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout freeze list`.
struct FreezeList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show a channel's freeze windows.",
        discussion: """
            Example:
              wasmrollout freeze list --app shop --volume /mnt/app
            """)

    @Option(name: .long, help: "The app; needed when the volume has several.")
    var app: AppName?

    @OptionGroup var place: ChannelOption
    @OptionGroup var volume: VolumeOption
    @OptionGroup var trust: TrustOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let (app, name, policy) = (app, place.channel, try trust.load())
        global.write(
            try await volume.read { volume in
                let app = try volume.onlyApp(app)
                let reader = Publisher(
                    root: volume.layout.root, app: app, policy: policy, keys: [], who: "", clock: CommandHost.clock,
                    in: CommandHost.files)
                let operation = try Operation(volume, app, publisher: reader, message: "")
                return FreezeResult(operation, name, windows: try operation.channel(name).frozen)
            })
    }
}
