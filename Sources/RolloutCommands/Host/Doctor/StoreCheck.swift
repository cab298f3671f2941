import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Looks at where a host's local store is, or will be.
enum StoreCheck {
    /// - Parameter apps: each has a directory in there, which may belong to somebody else.
    static func run(_ path: FilePath, apps: [AppName], mounts: MountTable) -> [HealthCheck] {
        var checks: [HealthCheck] = []
        if let mount = mounts.mount(of: path), mount.isNFS {
            checks.append(
                .problem("store", "\(path) is on NFS: the host could not serve without it", "Put store.path on a local disk."))
        }
        var place = path
        do throws(FileError) {
            for app in apps {
                place = existingAncestor(of: LocalLayout(store: path, app: app).root)
                try probe(place)
            }
            let free = try CommandHost.files.freeBytes(place, for: .userRead)
            let words = "\(path): writable, \(free.byteText) free"
            checks.append(
                free < 256 << 20 ? .warning("store", words, "Free some space: releases are copied there.") : .ok("store", words)
            )
        } catch {
            checks.append(
                .problem("store", "\(place) cannot be written: \(error.reason)", "Make it writable for the agent's user."))
        }
        return checks
    }

    /// Makes a file and removes it.
    private static func probe(_ directory: FilePath) throws(FileError) {
        let path = AtomicWrite.temporaryName(in: directory)
        CommandHost.files.close(try CommandHost.files.createFile(path, mode: 0o600, for: .userWrite))
        try CommandHost.files.unlink(path, for: .userWrite)
    }

    private static func existingAncestor(of path: FilePath) -> FilePath {
        var path = path
        while (try? CommandHost.files.status(path, for: .userRead)) == nil, path.removeLastComponent() {}
        return path
    }
}
