import SystemPackage

/// `[volume]`: where releases come from.
package struct VolumeSection: Hashable, Sendable {
    package var path: FilePath
    /// Where this host writes its status when `path` is read-only; `nil`: to `path`.
    package var statusPath: FilePath?
    /// Between two looks at the beacon; each wait is varied by up to a tenth either way.
    package var poll: Duration
    /// Between two listings of the log: how late a release can be whose publisher was killed before it wrote the beacon.
    package var list: Duration
    /// How long a call to the volume may take before the volume counts as unreachable.
    package var deadline: Duration
    /// Between two writes of a status that has not changed.
    package var status: Duration

    /// A status that was not written for a week is collected.
    private static let longestStatus: Duration = .seconds(86_400)

    package init(
        path: FilePath, statusPath: FilePath? = nil, poll: Duration = .milliseconds(500), list: Duration = .seconds(30),
        deadline: Duration = .seconds(10), status: Duration = .seconds(30)
    ) {
        self.path = path
        self.statusPath = statusPath
        self.poll = poll
        self.list = list
        self.deadline = deadline
        self.status = status
    }

    init(_ section: ConfigurationSection) {
        let defaults = VolumeSection(path: "/mnt/wasmrollout")
        if let path = section.absolutePath("path") {
            self.path = path
        } else {
            self.path = defaults.path
            section.problem("path", "is missing: the volume's directory")
        }
        self.statusPath = section.absolutePath("status-path")
        self.poll = section.duration("poll", default: defaults.poll, least: .milliseconds(10))
        self.list = section.duration("list", default: defaults.list, least: .seconds(1))
        self.deadline = section.duration("deadline", default: defaults.deadline, least: .milliseconds(100))
        self.status = section.duration("status", default: defaults.status, least: .seconds(1), most: Self.longestStatus)
        section.refuseUnknown()
    }
}
