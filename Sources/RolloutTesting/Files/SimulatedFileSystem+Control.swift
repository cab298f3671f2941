import RolloutSystem
import Synchronization

/// What a test does to it and asks of it.
extension SimulatedFileSystem {
    // MARK: Counting

    /// Every call since the last `forgetCalls`, in order.
    package var calls: [FileCall] { state.withLock { $0.calls } }
    /// Changes since the start or the last `crash`.
    package var effectCount: Int { state.withLock { $0.effectCount } }

    package func forgetCalls() { state.withLock { $0.calls = [] } }

    // MARK: Faults

    /// Strikes every call that matches, or only the first.
    package func inject(_ fault: FileFault, at trigger: FileTrigger, once: Bool = true) {
        state.withLock { $0.faults.append((trigger, fault, once)) }
    }

    package func removeFaults() { state.withLock { $0.faults = [] } }

    /// Makes syncs for a purpose do nothing, to show that a crash matrix notices.
    ///
    /// - Parameter operation: `.sync` or `.syncDirectory`; `nil` for both.
    package func ignoreSyncs(for purpose: FilePurpose, _ operation: FileOperation? = nil) {
        state.withLock { $0.ignoredSyncs.append((purpose, operation)) }
    }

    package func setReadOnly(_ isReadOnly: Bool) { state.withLock { $0.isReadOnly = isReadOnly } }

    /// In bytes.
    package func setCapacity(_ capacity: UInt64) { disk.value.withLock { $0.capacity = capacity } }

    /// The disk's own clock, from which files get their times: nanoseconds since 1970.
    package func setTime(_ time: Int64) { disk.value.withLock { $0.time = time } }

    // MARK: Crashes

    /// Whether power was lost and `crash` has not brought it back yet.
    package var isDown: Bool { state.withLock { $0.isDown } }

    /// Loses power and comes back: what was not synced survives as the seed has it, open files and faults are gone.
    package func crash(seed: UInt64) {
        disk.value.withLock { $0.losePower(seed: seed) }
        restart()
    }

    /// What would be left after a crash with this seed; this one stays as it is. For matrices: one run, many seeds.
    package func afterCrash(seed: UInt64) -> SimulatedFileSystem {
        let copy = copy()
        copy.crash(seed: seed)
        return copy
    }

    /// The process that used it is killed and starts again: open files and locks are gone, all else is as it was. What an NFS
    /// client had written but not synced is lost.
    package func restart() {
        disk.value.withLock { disk in disk.locks = disk.locks.filter { $0.value.client != client } }
        state.withLock { state in
            var fresh = State()
            // Not to be confused with a descriptor from before.
            fresh.nextDescriptor = state.nextDescriptor
            fresh.isReadOnly = state.isReadOnly
            fresh.cache = state.cache.map { _ in ClientCache() }
            state = fresh
        }
    }

    /// The same disk content on a disk of its own, without open files or faults.
    package func copy() -> SimulatedFileSystem {
        let copy = SimulatedFileSystem(
            disk: SharedDisk(disk.value.withLock { $0 }), client: client,
            cache: state.withLock { $0.cache.map { _ in ClientCache() } })
        copy.restart()
        return copy
    }

    /// Lets the caches of an NFS client run out, as they do within a minute.
    package func expireCaches() {
        state.withLock { state in
            guard let cache = state.cache else { return }
            var fresh = ClientCache()
            fresh.unsentWrites = cache.unsentWrites
            for number in cache.unsentWrites.keys {
                fresh.content[number] = cache.content[number]
                fresh.attributes[number] = cache.attributes[number]
            }
            state.cache = fresh
        }
    }

    /// Open files, to show that none is forgotten.
    package var openFileCount: Int { state.withLock { $0.files.count } }
}
