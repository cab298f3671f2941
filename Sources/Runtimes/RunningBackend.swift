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
    /// Throws `.exited`, `.neverReady` or `.wrongRelease`, with the last lines of output in the description; `.cannotStart` when
    /// its task is cancelled.
    func ready(within limit: Duration) async throws(RuntimeError) -> BackendAddress

    /// Returns when the started process has ended, with how. May be asked by any number of tasks, at any time.
    func exited() async -> ExitStatus

    /// What an exit means, in words that follow a colon: "spin's serving process was ended by SIGKILL (exit code 137), …".
    func explanation(of status: ExitStatus) -> String

    /// SIGTERM to the started process, SIGKILL to the whole group after `grace`; returns when no process of the group
    /// is left and the scratch directory is gone. Only call it when the gateway knows that nothing is in flight: Spin
    /// cuts what is. Calling it again, or after the process has ended, does the rest of the cleaning up and no more.
    func stop(grace: Duration) async

    /// The last lines of standard output and standard error, oldest first; bounded in number and length.
    func outputTail() -> [String]

    /// The last of them that can say why something failed, as one line; `nil` when there are none.
    func lastWords() -> String?
}

extension RunningBackend {
    package func explanation(of status: ExitStatus) -> String { "it \(status.explanation)" }

    /// The last output as the end of a reason: empty, or a sentence with a space before it.
    package var quote: String { lastWords().map { " Its last output: \($0)." } ?? "" }
}
