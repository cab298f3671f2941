import RolloutCore

/// `[host]`: who this host is.
package struct HostSection: Hashable, Sendable {
    /// `nil`: from the machine (`HostIdentity`).
    package var id: HostID?
    package var kind: HostKind
    /// For people, and for groups of hosts.
    package var labels: [String: String]

    package init(id: HostID? = nil, kind: HostKind = .instance, labels: [String: String] = [:]) {
        self.id = id
        self.kind = kind
        self.labels = labels
    }

    init(_ section: ConfigurationSection) {
        let defaults = HostSection()
        self.id = section.name("id")
        self.kind = section.choice("kind", default: defaults.kind)
        self.labels = section.stringTable("labels")
        section.refuseUnknown()
    }
}

/// The three kinds of host.
package enum HostKind: String, Codable, CaseIterable, Sendable {
    case instance
    case container
    case function
}
