/// The only door to processes. Synchronous, and quick: `launch` returns once the program runs, or with why it does not.
package protocol ProcessLauncher: Sendable {
    /// Starts a process. A program that is missing or cannot be run is an error here, not an exit code.
    func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess

    /// Sends a signal to a process, or to it and all of its process group. `false` when it has ended already.
    @discardableResult
    func signal(_ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose) -> Bool

    /// Live processes with `LaunchRequest.markerVariable` set to `marker` in the environment they were started with,
    /// those this launcher started included. Dead ones that nobody has waited for (state Z) do not count.
    func orphans(marker: String) -> [ProcessIdentity]

    /// What runs under a process id now; `nil` when nothing does, or when it is dead and not yet waited for.
    func identity(processID: Int32) -> ProcessIdentity?

    /// Sends a signal to a process somebody else started. `false` when it is gone, even if its id is in use again, or when
    /// it may not be signaled.
    @discardableResult
    func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool
}
