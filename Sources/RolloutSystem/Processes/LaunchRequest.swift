import SystemPackage

/// A process to start. It gets a session and process group of its own, default signal handling, an empty signal mask, and
/// no descriptor but those named here.
package struct LaunchRequest: Hashable, Sendable {
    /// Not searched for on PATH: see `ProcessLauncher.find`.
    package var executable: FilePath
    /// Without the program's own name, which is `executable`.
    package var arguments: [String]
    /// All of it; nothing is inherited.
    package var environment: [String: String]
    /// `nil`: this process's own.
    package var workingDirectory: FilePath?
    package var standardInput: StandardStream
    package var standardOutput: StandardStream
    package var standardError: StandardStream
    /// Descriptors of this process by the number, 3 or above, the new one shall find them under.
    package var passedDescriptors: [Int32: Int32]
    /// Sent to the process (not to its children) when this process dies, however it dies.
    package var parentDeathSignal: ProcessSignal?
    /// Whether the rest of its process group is killed when the process itself exits.
    package var endsGroupOnExit: Bool

    package init(
        executable: FilePath, arguments: [String] = [], environment: [String: String] = [:], workingDirectory: FilePath? = nil,
        standardInput: StandardStream = .null, standardOutput: StandardStream = .null, standardError: StandardStream = .null,
        passedDescriptors: [Int32: Int32] = [:], parentDeathSignal: ProcessSignal? = .kill, endsGroupOnExit: Bool = true
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.passedDescriptors = passedDescriptors
        self.parentDeathSignal = parentDeathSignal
        self.endsGroupOnExit = endsGroupOnExit
    }

    /// The environment variable by which a later agent finds what a killed one left behind (`ProcessLauncher.orphans`).
    package static let markerVariable = "WASMROLLOUT_BACKEND"
}
