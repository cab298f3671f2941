import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The private directory of one backend. Nothing in it outlives the backend, so nothing is synced.
package enum ScratchDirectory {
    /// Makes the directory and those named under it, for this user alone.
    package static func make(_ path: FilePath, _ names: [String]) throws(RuntimeError) {
        do {
            for directory in [path] + names.map({ path.appending($0) }) {
                try FileManager.default.createDirectory(
                    atPath: directory.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw RuntimeError(
                .cannotStart,
                "Could not make the directory \(path): \(error). Check that the state directory is writable and not full."
            )
        }
    }

    /// Removes what backends of an earlier agent, which was killed, have left in their common directory, but for what is `kept`.
    package static func sweep(_ parent: FilePath, keeping kept: Set<String>) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.string)) ?? [] where !kept.contains(name) {
            remove(parent.appending(name))
        }
    }

    /// Removes the directory with all it holds; links in it are removed, not followed. What cannot be removed stays for
    /// the next sweep.
    package static func remove(_ path: FilePath) { try? FileManager.default.removeItem(atPath: path.string) }
}
