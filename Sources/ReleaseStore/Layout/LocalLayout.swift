import RolloutCore
import SystemPackage

/// Every path of one app in a host's local store, and the only place that makes one.
///
///     <store>/<app>/releases/<64 hex>/            one whole, verified release
///     <store>/<app>/releases/<64 hex>.<unique>/   one that is being made
///     <store>/<app>/releases/damaged.<unique>/    one that was found damaged and set aside
///     <store>/<app>/current                       symbolic link to releases/<64 hex>
///     <store>/<app>/record.json                   what the host must remember through a crash
///     <store>/<app>/consent.json                  an operator's word that another log is to be accepted
///     <store>/<app>/lock                          held by the agent that runs the app
///     <store>/<app>/scratch/                      the runtimes' own files
package struct LocalLayout: Hashable, Sendable {
    package let store: FilePath
    package let app: AppName

    package init(store: FilePath, app: AppName) {
        self.store = store
        self.app = app
    }

    package var root: FilePath { store.appending(app.description) }
    package var releases: FilePath { root.appending("releases") }
    package func release(_ release: Digest) -> FilePath { releases.appending(release.hex) }
    package var current: FilePath { root.appending("current") }
    package var record: FilePath { root.appending("record.json") }
    package var consent: FilePath { root.appending("consent.json") }
    package var lock: FilePath { root.appending("lock") }
    package var scratch: FilePath { root.appending("scratch") }

    /// What `current` says when it names `release`: relative, so that the store can be looked at from anywhere.
    package static func currentTarget(_ release: Digest) -> FilePath { FilePath("releases/\(release.hex)") }

    /// The release a link target names; `nil` when it is not one that `currentTarget` makes.
    package static func release(ofCurrentTarget target: FilePath) -> Digest? {
        let parts = target.string.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "releases" else { return nil }
        return Digest(hex: parts[1])
    }

    /// Where a release is made before it gets its name.
    package func unfinished(_ release: Digest, unique: String) -> FilePath { releases.appending("\(release.hex).\(unique)") }
    package func damaged(unique: String) -> FilePath { releases.appending("damaged.\(unique)") }
    /// A file of the local store that could not be read, kept for people.
    package func setAside(_ name: String, unique: String) -> FilePath { root.appending("\(name).damaged.\(unique)") }
}
