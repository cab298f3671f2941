/// `[app.probe]`: what shows that a backend works.
package struct ProbeSection: Hashable, Sendable {
    /// The app's own route that is asked, before a backend gets traffic and all through its bake. Any status below 500 passes.
    package var path: String
    /// The Host header of the probe.
    package var host: String
    /// How long one probe may take.
    package var timeout: Duration
    /// Between probes during a bake.
    package var interval: Duration
    /// Failures in a row after which a baking release is given up; in place, also errors (5xx but 503) in a row after the switch.
    package var failures: Int
    /// How long a backend may take to get ready.
    package var start: Duration
    /// What to probe when the agent does not run the backend itself; `nil`: nothing.
    package var address: ListenAddress?
    /// During a bake: the share of 5xx answers, in percent, that gives the release up.
    package var errorPercent: Int
    /// During a bake: how many answers at least before their share of 5xx counts.
    package var errorMinimum: Int

    package init(
        path: String = "/", host: String = "localhost", timeout: Duration = .seconds(5), interval: Duration = .seconds(1),
        failures: Int = 3, start: Duration = .seconds(60), address: ListenAddress? = nil, errorPercent: Int = 20,
        errorMinimum: Int = 20
    ) {
        self.path = path
        self.host = host
        self.timeout = timeout
        self.interval = interval
        self.failures = failures
        self.start = start
        self.address = address
        self.errorPercent = errorPercent
        self.errorMinimum = errorMinimum
    }

    init(_ section: ConfigurationSection) {
        let defaults = ProbeSection()
        self.path = section.string("path") ?? defaults.path
        self.host = section.string("host") ?? defaults.host
        self.timeout = section.duration("timeout", default: defaults.timeout, least: .milliseconds(10))
        self.interval = section.duration("interval", default: defaults.interval, least: .milliseconds(10))
        self.failures = section.integer("failures", within: 1...1000, default: defaults.failures)
        self.start = section.duration("start", default: defaults.start, least: .milliseconds(100))
        self.address = section.address("address")
        self.errorPercent = section.integer("error-percent", within: 1...100, default: defaults.errorPercent)
        self.errorMinimum = section.integer("error-minimum", within: 1...1_000_000, default: defaults.errorMinimum)
        if !path.hasPrefix("/") || path.utf8.contains(where: { $0 <= 32 || $0 == 127 }) {
            section.problem("path", "is '\(path)'; it must begin with / and hold no space")
        }
        if host.utf8.contains(where: { $0 <= 32 || $0 == 127 }) { section.problem("host", "must hold no space") }
        section.refuseUnknown()
    }
}
