import RolloutCore
import SystemPackage

/// `[coordinator]`: whether this host moves rollouts on. When the section is left out, it does not.
package struct CoordinatorSection: Hashable, Sendable {
    /// The key that signs what it decides. Hosts must trust it for `coordinate`, which is the least that will do.
    package var key: FilePath
    /// Between two looks at an open rollout; each wait is varied by up to a tenth either way.
    package var interval: Duration

    package init(key: FilePath, interval: Duration = .seconds(2)) {
        self.key = key
        self.interval = interval
    }

    init?(_ section: ConfigurationSection?) {
        guard let section else { return nil }
        let defaults = CoordinatorSection(key: "/etc/wasmrollout/coordinator.key.json")
        if let key = section.absolutePath("key") {
            self.key = key
        } else {
            self.key = defaults.key
            section.problem("key", "is missing: a key file that the hosts trust for 'coordinate'")
        }
        self.interval = section.duration("interval", default: defaults.interval, least: .milliseconds(100))
        section.refuseUnknown()
    }
}
