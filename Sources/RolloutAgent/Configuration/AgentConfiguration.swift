import Hosts
import RolloutCore
import SystemPackage
import TOMLKit

/// Everything an agent is told. Each section is a type of its own, and holds its own defaults.
package struct AgentConfiguration: Hashable, Sendable {
    package var host: HostSection
    package var volume: VolumeSection
    package var store: StoreSection
    package var trust: TrustSetting
    package var admin: AdminSection
    package var log: LogSection
    package var function: FunctionSection
    /// `nil`: this host does not coordinate.
    package var coordinator: CoordinatorSection?
    package var apps: [AppSection]

    package init(
        host: HostSection = HostSection(), volume: VolumeSection, store: StoreSection = StoreSection(), trust: TrustSetting,
        admin: AdminSection = AdminSection(), log: LogSection = LogSection(), function: FunctionSection = FunctionSection(),
        coordinator: CoordinatorSection? = nil, apps: [AppSection]
    ) {
        self.host = host
        self.volume = volume
        self.store = store
        self.trust = trust
        self.admin = admin
        self.log = log
        self.function = function
        self.coordinator = coordinator
        self.apps = apps
    }

    /// Reads a configuration file's text. Reports every problem at once, and refuses keys it does not know.
    package init(parsing text: String) throws(ConfigurationError) {
        let table: TOMLTable
        do { table = try TOMLTable(string: text) } catch let error as TOMLParseError {
            throw ConfigurationError(["Line \(error.source.begin.line): \(error.description)."])
        } catch {
            throw ConfigurationError(["It is not TOML: \(error)."])
        }
        let problems = ConfigurationProblems()
        let root = ConfigurationSection(table, problems: problems)
        self.host = HostSection(root.section("host"))
        self.volume = VolumeSection(root.section("volume"))
        self.store = StoreSection(root.section("store"))
        self.trust = TrustSetting(root)
        self.admin = AdminSection(root.section("admin"))
        self.log = LogSection(root.section("log"))
        self.function = FunctionSection(root.section("function"))
        self.coordinator = CoordinatorSection(root.present("coordinator"))
        self.apps = root.sections("app").map(AppSection.init)
        if apps.isEmpty { root.problem("app", "is missing: write one [[app]] section for each application") }
        if Set(apps.map(\.name)).count != apps.count { root.problem("app", "has the same name twice") }
        let listeners = apps.compactMap(\.listen).filter { $0.port != 0 }
        if Set(listeners).count != listeners.count { root.problem("app", "has the same listen address twice") }
        checkStopping(root)
        root.refuseUnknown()
        guard problems.list.isEmpty else { throw ConfigurationError(problems.list) }
    }

    /// A stop timeout that is known must be enough for every app.
    private func checkStopping(_ root: ConfigurationSection) {
        guard let plans = stopPlans else { return }
        for (index, plan) in plans.enumerated() {
            guard let defect = plan.defect else { continue }
            root.problem(
                "app[\(index)]",
                "cannot stop in time: \(defect); make them shorter, or raise host.stop-timeout together with the task's stopTimeout"
            )
        }
    }

    /// What each app does when the host stops, in order; `nil` when the kind of host, and with it the time, is not known before the agent
    /// runs there.
    package var stopPlans: [StopPlan]? {
        guard host.kind != nil || host.stopTimeout != nil else { return nil }
        let profile = HostProfile(kind: host.kind ?? .instance, id: "any", source: .machine).overridden(by: host)
        return apps.map { StopPlan($0, on: profile) }
    }
}
