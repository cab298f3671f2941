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
    /// How long everything may take between the request to stop and SIGKILL; `nil`: the kind of host says.
    package var stopTimeout: Duration?
    /// Whether an ECS task is protected from scale-in while a release is on its way.
    package var taskProtection: Bool

    package init(
        id: HostID? = nil, kind: HostKind? = nil, labels: [String: String] = [:], onDrain: [String] = [],
        stopTimeout: Duration? = nil, taskProtection: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.labels = labels
        self.onDrain = onDrain
        self.stopTimeout = stopTimeout
        self.taskProtection = taskProtection
    }

    private enum Choice: String, CaseIterable {
        case auto, instance, container, function
    }

    init(_ section: ConfigurationSection) {
        self.id = section.name("id")
        self.kind = HostKind(rawValue: section.choice("kind", default: Choice.auto).rawValue)
        self.labels = section.stringTable("labels")
        self.onDrain = section.strings("on-drain")
        self.stopTimeout = section.optionalDuration("stop-timeout")
        if let stopTimeout, stopTimeout < .milliseconds(100) {
            section.problem("stop-timeout", "is \(stopTimeout.text); the least is 100ms")
        }
        self.taskProtection = section.boolean("task-protection") ?? false
        section.refuseUnknown()
    }
}

extension HostProfile {
    /// With what the configuration says instead.
    package func overridden(by section: HostSection) -> HostProfile {
        var profile = self
        profile.id = section.id ?? id
        profile.labels.merge(section.labels) { _, set in set }
        profile.shutdownBudget = section.stopTimeout ?? shutdownBudget
        return profile
    }
}
