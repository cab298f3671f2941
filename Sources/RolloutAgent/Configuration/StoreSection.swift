import SystemPackage

/// `[store]`: the host's own disk.
package struct StoreSection: Hashable, Sendable {
    package var path: FilePath
    /// How many releases stay on disk besides the ones in use.
    package var keep: Int

    package init(path: FilePath = "/var/lib/wasmrollout", keep: Int = 3) {
        self.path = path
        self.keep = keep
    }

    init(_ section: ConfigurationSection) {
        let defaults = StoreSection()
        self.path = section.absolutePath("path") ?? defaults.path
        self.keep = section.integer("keep", within: 1...100, default: defaults.keep)
        section.refuseUnknown()
    }
}
