import Runtimes
import SystemPackage

/// `[app.runtime]`: what runs the release.
package struct RuntimeSection: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// `spin` where it is installed, else the embedded host.
        case auto
        case spin, wagi, command
    }

    package var kind: Kind
    /// The `spin` program, or the engine of the embedded host; `nil`: found on PATH.
    package var program: FilePath?
    /// More arguments for `spin up`.
    package var arguments: [String]
    /// For kind `command`: the program and its arguments, with `{listen}` and the like filled in.
    package var command: [String]
    /// For kind `command`: what is asked until it answers with a status below 500; `nil`: until it takes a connection.
    package var readyPath: String?
    package var variables: [String: String]
    package var environment: [String: String]
    /// How long a request may take in the embedded host.
    package var requestTimeout: Duration
    /// The directory where a supervisor listens that starts the backends in the application's own container; `nil`: they are started here.
    package var control: FilePath?

    package init(
        kind: Kind = .auto, program: FilePath? = nil, arguments: [String] = [], command: [String] = [],
        readyPath: String? = nil, variables: [String: String] = [:], environment: [String: String] = [:],
        requestTimeout: Duration = .seconds(30), control: FilePath? = nil
    ) {
        self.kind = kind
        self.program = program
        self.arguments = arguments
        self.command = command
        self.readyPath = readyPath
        self.variables = variables
        self.environment = environment
        self.requestTimeout = requestTimeout
        self.control = control
    }

    init(_ section: ConfigurationSection) {
        let defaults = RuntimeSection()
        self.kind = section.choice("kind", default: defaults.kind)
        self.program = section.absolutePath("program")
        self.arguments = section.strings("arguments")
        self.command = section.strings("command")
        self.readyPath = section.string("ready-path")
        self.variables = section.stringTable("variables")
        self.environment = section.stringTable("environment")
        self.requestTimeout = section.duration("request-timeout", default: defaults.requestTimeout, least: .milliseconds(1))
        self.control = section.absolutePath("control")
        if let defect = control.flatMap(ControlSocket.defect) { section.problem("control", "cannot be used: \(defect)") }
        if kind == .command, command.isEmpty, control == nil {
            section.problem("command", "is missing: a list, the program and its arguments")
        }
        if kind != .command, !command.isEmpty { section.problem("command", "belongs to runtime kind 'command'") }
        if kind != .command, readyPath != nil { section.problem("ready-path", "belongs to runtime kind 'command'") }
        if let readyPath, !readyPath.hasPrefix("/") { section.problem("ready-path", "must begin with /") }
        section.refuseUnknown()
    }
}
