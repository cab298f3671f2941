import SystemPackage

/// The only door to processes. Synchronous: `launch` blocks its thread until the program runs, or says why it does not; `start`
/// does not.
package protocol ProcessLauncher: Sendable {
    /// The program that `name` means where processes are launched: itself when it holds a slash, else the first match in
    /// `searchPath` (as PATH). `nil` when there is none that may be executed.
    func find(_ name: String, searchPath: String) -> FilePath?

    /// Starts a process. A program that is missing or cannot be run is an error here, not an exit code.
    func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess

    /// Sends a signal to a process, or to it and all of its process group. `false` when it has ended already.
    @discardableResult
    func signal(_ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose) -> Bool

    /// Whether the process group of a launched process still has a process that is not dead, be it the leader's child.
    func isGroupAlive(_ process: LaunchedProcess) -> Bool

    /// Live processes with `LaunchRequest.markerVariable` set to `marker` in the environment they were started with,
    /// those this launcher started included. Dead ones that nobody has waited for (state Z) do not count.
    func orphans(marker: String) -> [ProcessIdentity]

    /// The live processes that run a program, by its file's name, and that have the argument, if one is given. Of those that were started
    /// by another one of them, only that one.
    func processes(running program: String, argument: String?) -> [ProcessIdentity]

    /// What runs under a process id now; `nil` when nothing does, or when it is dead and not yet waited for.
    func identity(processID: Int32) -> ProcessIdentity?

    /// Sends a signal to a process somebody else started. `false` when it is gone, even if its id is in use again, or when
    /// it may not be signaled.
    @discardableResult
    func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool
}

/// As on this host.
extension ProcessLauncher {
    package func find(_ name: String, searchPath: String) -> FilePath? { findExecutable(name, searchPath: searchPath) }
    package func processes(running program: String, argument: String?) -> [ProcessIdentity] {
        ProcessTable().processes(running: program, argument: argument)
    }
    package func isGroupAlive(_ process: LaunchedProcess) -> Bool { ProcessGroup.isAlive(process.processID) }
}
