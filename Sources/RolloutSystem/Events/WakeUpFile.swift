import CRolloutSystem
import Glibc
import SystemPackage

/// Wakes a thread that waits for file system events: a file in memory that it watches, too.
struct WakeUpFile: Sendable {
    private let descriptor: Int32

    /// `nil` when this process has no descriptors left.
    init?() {
        descriptor = rollout_memory_file("wake-up")
        if descriptor < 0 { return nil }
    }

    /// What to watch.
    var path: FilePath { FilePath("/proc/self/fd/\(descriptor)") }

    /// Sets the permissions they have already: that is an event as well, and the one that every kernel reports. Newer
    /// ones (seen: 6.18) report no writing through a descriptor that was not opened by a path.
    func wake() { _ = fchmod(descriptor, 0o600) }
}
