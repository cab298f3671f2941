import CRolloutSystem
import Glibc
import Synchronization

/// A child right after its start.
struct StartedChild: Sendable {
    var processID: Int32
    /// Readable when it has ended.
    var descriptor: Int32
}

/// The children that have not been waited for. While one is listed, its process id and group id cannot mean anything else,
/// so signaling and reaping exclude each other.
final class LiveChildren: Sendable {
    /// Those of this process.
    static let shared = LiveChildren()

    private struct State {
        var children: [UInt64: StartedChild] = [:]
        var nextNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    func add(_ child: StartedChild) -> UInt64 {
        state.withLock { state in
            state.nextNumber += 1
            state.children[state.nextNumber] = child
            return state.nextNumber
        }
    }

    func signal(_ number: UInt64, _ signal: ProcessSignal, wholeGroup: Bool) -> Bool {
        state.withLock { state in
            guard let child = state.children[number] else { return false }
            return wholeGroup
                ? kill(-child.processID, signal.rawValue) == 0
                : rollout_signal_process(child.descriptor, signal.rawValue) == 0
        }
    }

    /// `nil` while it still runs.
    func reap(_ number: UInt64, endsGroup: Bool) -> ProcessExit? {
        state.withLock { state in
            guard let child = state.children[number] else { return nil }
            // Before it is waited for: afterwards its group's id may belong to others.
            if endsGroup { kill(-child.processID, SIGKILL) }
            var exit = rollout_exit()
            let result = rollout_reap(child.processID, &exit)
            guard result != 0 else { return nil }
            state.children[number] = nil
            // Somebody else in this process waited for it: all that is left to say is that it is gone.
            guard result > 0 else { return ProcessExit(status: .exited(255)) }
            return ProcessExit(exit)
        }
    }

    /// Kills a child and its group, and waits for its end, which blocks, but not for long.
    func abandon(_ number: UInt64) {
        guard let child = state.withLock({ $0.children[number] }) else { return }
        _ = signal(number, .kill, wholeGroup: true)
        var ended = pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0)
        while reap(number, endsGroup: true) == nil { poll(&ended, 1, -1) }
        close(child.descriptor)
    }

    /// Waits for ended children that are not listed here, until there is none or one that is listed comes first. To be called
    /// between launches; returns how many there were.
    func reapUnlisted() -> Int {
        state.withLock { state in
            var count = 0
            while true {
                let processID = rollout_ended_child()
                guard processID > 0, !state.children.values.contains(where: { $0.processID == processID }) else { return count }
                var exit = rollout_exit()
                guard rollout_reap(processID, &exit) > 0 else { return count }
                count += 1
            }
        }
    }
}

extension ProcessExit {
    fileprivate init(_ exit: rollout_exit) {
        self.init(
            status: exit.code >= 0 ? .exited(exit.code) : .signaled(exit.signal),
            usage: ResourceUsage(
                userTime: .microseconds(exit.user_microseconds), systemTime: .microseconds(exit.system_microseconds),
                maximumResidentBytes: UInt64(clamping: exit.maximum_resident_bytes)))
    }
}
