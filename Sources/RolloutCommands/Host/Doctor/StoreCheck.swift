import RolloutSystem
import SystemPackage

/// Looks at where a host's local store is, or will be.
enum StoreCheck {
    static func run(_ path: FilePath, mounts: MountTable) -> [HealthCheck] {
        var checks: [HealthCheck] = []
        if let mount = mounts.mount(of: path), mount.isNFS {
            checks.append(
                .problem("store", "\(path) is on NFS: the host could not serve without it", "Put store.path on a local disk."))
        }
        let existing = existingAncestor(of: path)
        let probe = existing.appending("doctor-\(UInt64.random(in: .min ... .max)).tmp")
        do throws(FileError) {
            let file = try CommandHost.files.createFile(probe, mode: 0o600, for: .userWrite)
            CommandHost.files.close(file)
            try CommandHost.files.unlink(probe, for: .userWrite)
            let free = try CommandHost.files.freeBytes(existing, for: .userRead)
            let words = "\(path): writable, \(free.byteText) free"
            checks.append(
                free < 256 << 20 ? .warning("store", words, "Free some space: releases are copied there.") : .ok("store", words)
            )
        } catch {
            checks.append(
                .problem("store", "\(existing) cannot be written: \(error.reason)", "Make it writable for the agent's user."))
        }
        return checks
    }

    private static func existingAncestor(of path: FilePath) -> FilePath {
        var path = path
        while (try? CommandHost.files.status(path, for: .userRead)) == nil, path.removeLastComponent() {}
        return path
    }
}
