import CRolloutSystem
import Glibc
import Synchronization
import SystemPackage

/// One thread that watches descriptors of children (their ends, their output) for the life of the process.
final class DescriptorWatcher: Sendable {
    /// One is enough for a process: its handlers never block.
    static let shared = DescriptorWatcher()

    enum Verdict { case watchOn, done }

    private struct Watch {
        var descriptor: Int32
        var handler: @Sendable () -> Verdict
    }

    private struct State {
        var watches: [UInt64: Watch] = [:]
        var nextToken: UInt64 = 0
    }

    private let set: Int32
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: of descriptors at a time, for tests: the kernel's own is one for all processes of a user.
    init(limit: Int = .max) {
        self.limit = limit
        set = rollout_readiness_create()
        precondition(set >= 0, "no epoll descriptor: error \(errno)")
        DedicatedThread.start("descriptors") { [self] in run() }
    }

    /// Calls `handler` on the watcher's thread whenever the descriptor is readable or its other end is closed, until it says
    /// `.done`; the descriptor is closed then. Where the kernel has no room for one more (epoll_ctl(2)), it stays the caller's.
    func watch(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Verdict) throws(Errno) {
        let token: UInt64? = state.withLock { state in
            guard state.watches.count < limit else { return nil }
            state.nextToken += 1
            state.watches[state.nextToken] = Watch(descriptor: descriptor, handler: handler)
            return state.nextToken
        }
        guard let token else { throw .noSpace }
        guard rollout_readiness_add(set, descriptor, token) != 0 else { return }
        let error = Errno(rawValue: errno)
        state.withLock { $0.watches[token] = nil }
        throw error
    }

    private func run() {
        var tokens = [UInt64](repeating: 0, count: 64)
        while true {
            let count = rollout_readiness_wait(set, &tokens, Int32(tokens.count))
            precondition(count > 0, "epoll failed: error \(errno)")
            for token in tokens[..<Int(count)] {
                guard let watch = state.withLock({ $0.watches[token] }), watch.handler() == .done else { continue }
                state.withLock { $0.watches[token] = nil }
                _ = rollout_readiness_remove(set, watch.descriptor)
                _ = close(watch.descriptor)
            }
        }
    }
}
