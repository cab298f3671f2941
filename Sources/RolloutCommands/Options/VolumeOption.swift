import ArgumentParser
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Which volume, and how long it may take to answer.
struct VolumeOption: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("The volume's directory; else $WASMROLLOUT_VOLUME.", valueName: "directory"),
        completion: .directory)
    var volume: String?

    @Option(name: .long, help: "How long the volume may take to answer a call before the command gives up.")
    var deadline = DurationArgument(.seconds(30))

    /// The volume as it was named, by the option or by the environment; looks at nothing.
    func named() throws -> FilePath {
        guard let path = volume ?? CommandHost.variable("WASMROLLOUT_VOLUME") else {
            throw CommandFailure(
                .usage, "Could not find the volume: none was named. Give --volume DIRECTORY, or set WASMROLLOUT_VOLUME.")
        }
        return CommandHost.absolute(path)
    }

    /// Where the volume is. Blocks while it does not answer.
    func path() throws -> FilePath { CommandHost.resolvingLinks(try named()) }

    /// Blocks while it does not answer.
    func open() throws -> Volume { try Volume.open(at: try path(), in: CommandHost.files) }

    /// Runs `body`, which works on the volume, on a thread of its own. Gives up when the volume does not answer one of its calls
    /// within the deadline: a hard mount whose server is gone would hold a command for ever.
    func call<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await VolumeCall(path: try named(), deadline: deadline.duration).run(body)
    }

    /// Opens the volume and runs `body` with it, as `call` does.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Volume) throws -> Value) async throws -> Value {
        let path = try named()
        return try await VolumeCall(path: path, deadline: deadline.duration).run {
            try body(Volume.open(at: CommandHost.resolvingLinks(path), in: CommandHost.files))
        }
    }
}
