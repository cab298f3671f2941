import Hosts
import RolloutCore

/// `[host]`: who this host is, as far as it should not find that out itself.
package struct HostSection: Hashable, Sendable {
    /// `nil`: found out (`HostDetector`).
    package var id: HostID?
    /// `nil` (`"auto"`): found out.
    package var kind: HostKind?
    /// For people, and for groups of hosts; they win over what the host's surroundings say.
    package var labels: [String: String]

    /// What is run once the host was told that it will be taken away, and has no request in flight any more; empty: nothing.
    package var onDrain: [String]

    package init(id: HostID? = nil, kind: HostKind? = nil, labels: [String: String] = [:], onDrain: [String] = []) {
        self.id = id
        self.kind = kind
        self.labels = labels
        self.onDrain = onDrain
    }

    private enum Choice: String, CaseIterable {
        case auto, instance, container, function
    }

    init(_ section: ConfigurationSection) {
        self.id = section.name("id")
        self.kind = HostKind(rawValue: section.choice("kind", default: Choice.auto).rawValue)
        self.labels = section.stringTable("labels")
        self.onDrain = section.strings("on-drain")
        section.refuseUnknown()
    }
}

extension HostProfile {
    /// With what the configuration says instead.
    package func overridden(by section: HostSection) -> HostProfile {
        var profile = self
        profile.id = section.id ?? id
        profile.labels.merge(section.labels) { _, set in set }
        return profile
    }
}
