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
    package var apps: [AppSection]

    package init(
        host: HostSection = HostSection(), volume: VolumeSection, store: StoreSection = StoreSection(), trust: TrustSetting,
        admin: AdminSection = AdminSection(), log: LogSection = LogSection(), apps: [AppSection]
    ) {
        self.host = host
        self.volume = volume
        self.store = store
        self.trust = trust
        self.admin = admin
        self.log = log
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
        self.apps = root.sections("app").map(AppSection.init)
        if apps.isEmpty { root.problem("app", "is missing: write one [[app]] section for each application") }
        if Set(apps.map(\.name)).count != apps.count { root.problem("app", "has the same name twice") }
        let listeners = apps.compactMap(\.listen).filter { $0.port != 0 }
        if Set(listeners).count != listeners.count { root.problem("app", "has the same listen address twice") }
        root.refuseUnknown()
        guard problems.list.isEmpty else { throw ConfigurationError(problems.list) }
    }
}
