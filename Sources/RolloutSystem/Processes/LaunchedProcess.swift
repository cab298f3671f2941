/// A process that was started here.
package struct LaunchedProcess: Sendable, Identifiable {
    /// Never used twice by a launcher, unlike the process id.
    package let id: UInt64
    /// Also the id of its process group and session. To signal it, use the launcher, which knows whether it still lives.
    package let processID: Int32
    /// The other end of each stream launched as `.pipe`: the caller's to close.
    package let standardInput: Int32?
    package let standardOutput: Int32?
    package let standardError: Int32?
    /// Lines of the streams launched as `.lines`; ended from the start when there are none.
    package let output: ProcessOutput
    /// Known exactly once, when the process has ended.
    package let exit: Eventual<ProcessExit>

    package init(
        id: UInt64, processID: Int32, standardInput: Int32? = nil, standardOutput: Int32? = nil, standardError: Int32? = nil,
        output: ProcessOutput = ProcessOutput(), exit: Eventual<ProcessExit> = Eventual()
    ) {
        self.id = id
        self.processID = processID
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.output = output
        self.exit = exit
    }

    /// Waits until the process has ended.
    package func waitForExit() async -> ProcessExit { await exit.value }
}
