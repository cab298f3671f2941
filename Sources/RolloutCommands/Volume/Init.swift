import ArgumentParser
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// `wasmrollout init`.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a volume in an empty directory.",
        discussion: """
            Done again, it changes nothing. A directory that holds something else is refused.

            Example:
              wasmrollout init /mnt/app
            """)

    @Argument(help: "The directory, such as where EFS is mounted.", completion: .directory)
    var volume: String

    @Option(name: .long, help: "How long the directory's disk may take to answer a call before the command gives up.")
    var deadline = DurationArgument(.seconds(30))

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if volume.isEmpty { throw ValidationError("Name the directory; '.' is this one.") }
    }

    func run() async throws {
        let path = CommandHost.absolute(volume)
        let (volume, isNew) = try await VolumeCall(path: path, deadline: deadline.duration).run {
            try Volume.initialize(at: CommandHost.resolvingLinks(path), in: CommandHost.files)
        }
        global.write(Made(path: volume.layout.root.string, volume: volume.id, isNew: isNew))
    }

    private struct Made: Renderable {
        var path: String
        var volume: VolumeID
        var isNew: Bool

        var text: String {
            isNew ? "Made volume \(volume) in \(path)." : "\(path) is volume \(volume) already. Nothing was changed."
        }
    }
}
