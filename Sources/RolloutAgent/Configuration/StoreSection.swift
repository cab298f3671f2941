import Hosts
import SystemPackage

/// `[store]`: the host's own disk.
package struct StoreSection: Hashable, Sendable {
    /// `nil`: where this kind of host can write (`HostProfile.defaultStore`).
    package var path: FilePath?
    /// How many releases stay on disk besides the ones in use.
    package var keep: Int

    package init(path: FilePath? = nil, keep: Int = 3) {
        self.path = path
        self.keep = keep
    }

    init(_ section: ConfigurationSection) {
        let defaults = StoreSection()
        self.path = section.absolutePath("path")
        self.keep = section.integer("keep", within: 1...100, default: defaults.keep)
        section.refuseUnknown()
    }

    package func path(on host: HostProfile) -> FilePath { path ?? host.defaultStore }
}
