import SystemPackage

/// `strategy`: how a release is made the active one.
package enum StrategySetting: Hashable, Sendable {
    /// Old and new side by side, traffic moved at the gateway.
    case blueGreen
    /// The old backend is drained and stopped before the new one starts; requests are held meanwhile.
    case restart
    /// `current` is swapped, then the process gets the signal.
    case signal(SignalTarget, signal: String)
    /// `current` is swapped, then the unit is restarted or reloaded.
    case systemd(unit: String, reload: Bool)
    /// `current` is swapped, then the command is run; it must exit 0.
    case command([String])

    /// Whether the agent starts and stops the backends itself.
    package var runsBackends: Bool {
        switch self {
        case .blueGreen, .restart: true
        case .signal, .systemd, .command: false
        }
    }

    /// Whether old and new run beside each other.
    package var isSideBySide: Bool { self == .blueGreen }

    /// As in configuration and status.
    package var name: String {
        switch self {
        case .blueGreen: "blue-green"
        case .restart: "restart"
        case .signal: "signal"
        case .systemd: "systemd"
        case .command: "command"
        }
    }

    private enum Choice: String, CaseIterable {
        case blueGreen = "blue-green"
        case restart, signal, systemd, command
    }

    init(_ section: ConfigurationSection) {
        let choice = section.choice("strategy", default: Choice.blueGreen)
        let pidFile = section.absolutePath("pid-file")
        let process = section.string("process")
        let argument = section.string("argument")
        let signal = section.string("signal")
        let unit = section.string("unit")
        let reload = section.boolean("reload")
        let command = section.strings("command")
        func refuse(_ present: Bool, _ key: String, of strategy: Choice) {
            if present, choice != strategy { section.problem(key, "belongs to strategy '\(strategy.rawValue)'") }
        }
        refuse(pidFile != nil, "pid-file", of: .signal)
        refuse(process != nil, "process", of: .signal)
        refuse(argument != nil, "argument", of: .signal)
        refuse(signal != nil, "signal", of: .signal)
        refuse(unit != nil, "unit", of: .systemd)
        refuse(reload != nil, "reload", of: .systemd)
        refuse(!command.isEmpty, "command", of: .command)
        switch choice {
        case .blueGreen: self = .blueGreen
        case .restart: self = .restart
        case .signal:
            if (pidFile == nil) == (process == nil) {
                section.problem(
                    pidFile == nil ? "pid-file" : "process",
                    pidFile == nil
                        ? "is missing: strategy 'signal' takes the process from it, or finds it by `process`"
                        : "cannot be set together with pid-file")
            }
            if process?.isEmpty == true { section.problem("process", "is empty; a program's name is needed") }
            if argument != nil, process == nil { section.problem("argument", "goes with `process`") }
            let target = process.map { SignalTarget.program($0, argument: argument) } ?? .pidFile(pidFile ?? "/run/app.pid")
            self = .signal(target, signal: signal ?? "HUP")
        case .systemd:
            if unit == nil { section.problem("unit", "is missing: the systemd unit to restart") }
            self = .systemd(unit: unit ?? "app.service", reload: reload ?? false)
        case .command:
            if command.isEmpty { section.problem("command", "is missing: a list, the program and its arguments") }
            self = .command(command)
        }
    }
}
