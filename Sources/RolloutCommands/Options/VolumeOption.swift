import ArgumentParser
import ReleaseStore
import SystemPackage

/// Which volume.
struct VolumeOption: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("The volume's directory; else $WASMROLLOUT_VOLUME.", valueName: "directory"),
        completion: .directory)
    var volume: String?

    /// Where the volume is, by the option or by the environment.
    func path() throws -> FilePath {
        guard let path = volume ?? CommandHost.variable("WASMROLLOUT_VOLUME") else {
            throw CommandFailure(
                .usage, "Could not find the volume: none was named. Give --volume DIRECTORY, or set WASMROLLOUT_VOLUME.")
        }
        return CommandHost.absolute(path)
    }

    // Not inlined: Swift 6.3.1's optimizer crashes where an async function takes in this mix of typed and untyped errors.
    @inline(never)
    func open() throws -> Volume { try Volume.open(at: try path(), in: CommandHost.files) }
}
