import RolloutCore
import RolloutSystem
import SystemPackage

/// Work on a volume that a command waits for as long as the volume answers: each call to it must come back within a deadline. The
/// work itself is left behind, on its own thread.
struct VolumeCall: Sendable {
    let path: FilePath
    let deadline: Duration
    /// For error messages.
    var kind = "volume"

    /// Runs `body`, whose calls go through `CommandHost.files`.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await outcome(body).get()
    }

    private func outcome<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async -> Result<Value, CommandFailure> {
        let outcome = await WatchedWork.run("volume", callsWithin: deadline) {
            Result { try body() }.mapError(CommandFailure.init(explaining:))
        }
        switch outcome {
        case .success(let result): return result
        case .failure(let overdue): return .failure(failure(overdue))
        }
    }

    private func failure(_ overdue: WatchedWork.Overdue) -> CommandFailure {
        let call = overdue.call
        // Sources, keys and policies may lie on another disk.
        let isOther = call.purpose == .userRead || call.purpose == .userWrite
        let what = isOther ? "\(call.operation.verb) \(call.path)" : "use the \(kind) \(path)"
        let asked = isOther ? "" : " when asked to \(call.operation.verb) \(call.path)"
        let record = " The record may be written: see `wasmrollout log` before you try again."
        return CommandFailure(
            .unavailable,
            "Could not \(what): it did not answer within \(deadline.text)\(asked). Check the mount, its server and the network "
                + "(`wasmrollout doctor`); --deadline waits longer." + (overdue.mayHaveWrittenRecord ? record : ""))
    }
}
