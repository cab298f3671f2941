import RolloutCore
import RolloutSystem
import SystemPackage

/// A call to a volume that a command waits for no longer than a deadline. The call itself is left behind, on its own thread.
struct VolumeCall: Sendable {
    let path: FilePath
    let deadline: Duration

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await outcome(body).get()
    }

    private func outcome<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async -> Result<Value, CommandFailure> {
        let lane = BlockingLane("volume", path: path)
        do throws(FileError) {
            return try await lane.run(within: deadline, for: .volumeRead) { () throws(FileError) in
                Result { try body() }.mapError(CommandFailure.init(explaining:))
            }
        } catch {
            return .failure(
                CommandFailure(
                    .unavailable,
                    "Could not use the volume \(path): it did not answer within \(deadline.text). Check the mount, its server and the "
                        + "network (`wasmrollout doctor`); --deadline waits longer."))
        }
    }
}
