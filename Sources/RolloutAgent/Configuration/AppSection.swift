import RolloutCore

/// `[[app]]`: one application on this host.
package struct AppSection: Hashable, Sendable {
    package var name: AppName
    package var channel: ChannelName
    package var strategy: StrategySetting
    /// The gateway's listener; `nil`: no gateway (strategies for what the agent does not run).
    package var listen: ListenAddress?
    /// How long a new release is on probation.
    package var bake: Duration
    /// Failures after which a release is refused. When left out: 2, and 1 in place, where each takes the app away from its clients.
    package var attempts: Int
    /// How long an old backend may take to finish its requests; `nil`: `drainLimit`, and at the host's end what its stop timeout leaves.
    package var drain: Duration?
    /// Between SIGTERM and SIGKILL.
    package var stop: Duration
    package var runtime: RuntimeSection
    package var probe: ProbeSection
    package var gateway: GatewaySection
    package var hooks: HooksSection

    package init(
        name: AppName, channel: ChannelName = "stable", strategy: StrategySetting = .blueGreen, listen: ListenAddress? = nil,
        bake: Duration = .seconds(10), attempts: Int = 2, drain: Duration? = nil, stop: Duration = .seconds(5),
        runtime: RuntimeSection = RuntimeSection(), probe: ProbeSection = ProbeSection(),
        gateway: GatewaySection = GatewaySection(), hooks: HooksSection = HooksSection()
    ) {
        self.name = name
        self.channel = channel
        self.strategy = strategy
        self.listen = listen
        self.bake = bake
        self.attempts = attempts
        self.drain = drain
        self.stop = stop
        self.runtime = runtime
        self.probe = probe
        self.gateway = gateway
        self.hooks = hooks
    }

    init(_ section: ConfigurationSection) {
        let defaults = AppSection(name: "app")
        if let name = section.name("name", as: AppName.self) {
            self.name = name
        } else {
            self.name = defaults.name
            if section.string("name") == nil { section.problem("name", "is missing") }
        }
        self.channel = section.name("channel") ?? defaults.channel
        self.listen = section.address("listen")
        self.bake = section.duration("bake", default: defaults.bake)
        self.drain = section.optionalDuration("drain")
        self.stop = section.duration("stop", default: defaults.stop)
        self.runtime = RuntimeSection(section.section("runtime"))
        self.probe = ProbeSection(section.section("probe"))
        self.gateway = GatewaySection(section.section("gateway"))
        self.hooks = HooksSection(section.section("hooks"))
        self.strategy = StrategySetting(section)
        self.attempts = section.integer("attempts", within: 1...100, default: strategy.isSideBySide ? defaults.attempts : 1)
        if strategy.runsBackends, listen == nil, section.string("listen") == nil {
            section.problem("listen", "is missing: where this app's gateway takes requests, e.g. \"0.0.0.0:8080\"")
        }
        section.refuseUnknown()
    }

    /// How long a drain may take where nothing else is said.
    package var drainLimit: Duration { drain ?? .seconds(30) }
}
