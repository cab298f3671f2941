import RolloutSystem
import Synchronization

/// One shared file system, as several hosts see it: each through an NFS client of its own, with what that client believes.
///
/// As measured with the Linux client (the worst case of each, for ever instead of for up to a minute): a file's attributes
/// and content are believed until it is opened again or asked about with `forceSync`; what a name leads to, nothing
/// included, until its directory is listed or revalidated; a client's writes are its own until it syncs or closes.
package final class SimulatedVolume: Sendable {
    private let disk = SimulatedFileSystem.SharedDisk(SimulatedDisk())
    private let nextClient = Mutex<UInt64>(1)

    package init() {}

    /// A host's mount of the volume.
    package func makeClient() -> SimulatedFileSystem {
        let number = nextClient.withLock { next in
            defer { next += 1 }
            return next
        }
        return SimulatedFileSystem(disk: disk, client: number, cache: ClientCache())
    }

    /// Moves the server's clock, from which files get their times: nanoseconds since 1970.
    package func setTime(_ time: Int64) { disk.value.withLock { $0.time = time } }

    /// A second volume with the same content, as a backup that is restored.
    package func copy() -> SimulatedVolume {
        let copy = SimulatedVolume()
        copy.disk.value.withLock { $0 = disk.value.withLock { $0 } }
        return copy
    }
}
