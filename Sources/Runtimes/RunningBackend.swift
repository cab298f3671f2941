import RolloutCore
import RolloutSystem

/// One started runtime process with its children, until all of them have ended.
package protocol RunningBackend: Sendable {
    var id: BackendID { get }
    /// The process that was started, which leads its own process group.
    var processID: Int32 { get }

    /// Waits until the runtime itself says that it serves, and returns its address. The app is not asked: probing its own
    /// routes comes after this. Never stops the backend: call `stop` after a throw.
    ///
    /// Throws `.exited`, `.neverReady` or `.wrongRelease`, with the last lines of output in the description.
    func ready(within limit: Duration) async throws(RuntimeError) -> BackendAddress

    /// Returns when the started process has ended, with how. May be asked by any number of tasks, at any time.
    func exited() async -> ExitStatus

    /// What an exit means, in words that follow a colon, with the last output: "Spin's serving process was killed, …".
    func reason(for status: ExitStatus) -> String

    /// SIGTERM to the started process, SIGKILL to the whole group after `grace`; returns when no process of the group
    /// is left and the scratch directory is gone. Only call it when the gateway knows that nothing is in flight: Spin
    /// cuts what is. Calling it again, or after the process has ended, does the rest of the cleaning up and no more.
    func stop(grace: Duration) async

    /// The last lines of standard output and standard error, oldest first; bounded in number and length.
    func outputTail() -> [String]
}

extension RunningBackend {
    package func reason(for status: ExitStatus) -> String { "it \(status)" }
}
