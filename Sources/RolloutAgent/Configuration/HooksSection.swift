/// `[app.hooks]`: programs of the operator's that are run at certain moments.
package struct HooksSection: Hashable, Sendable {
    private var settings: [HookPoint: HookSetting]

    package init(_ settings: [HookPoint: HookSetting] = [:]) { self.settings = settings }

    /// `nil` when there is none for that moment.
    package subscript(point: HookPoint) -> HookSetting? { settings[point] }

    init(_ section: ConfigurationSection) {
        settings = [:]
        for point in HookPoint.allCases {
            settings[point] = section.present(point.rawValue).map(HookSetting.init)
        }
        section.refuseUnknown()
    }
}

/// One hook.
package struct HookSetting: Hashable, Sendable {
    /// The program and its arguments; not a shell's line.
    package var command: [String]
    /// How long it may take; then its whole process group is ended.
    package var timeout: Duration

    package init(command: [String], timeout: Duration = .seconds(30)) {
        self.command = command
        self.timeout = timeout
    }

    init(_ section: ConfigurationSection) {
        let defaults = HookSetting(command: [])
        self.command = section.strings("command")
        self.timeout = section.duration("timeout", default: defaults.timeout, least: .milliseconds(10))
        if command.first?.isEmpty ?? true {
            section.problem("command", "is missing: a list, the program and its arguments")
        }
        section.refuseUnknown()
    }
}
