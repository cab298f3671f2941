import CRolloutSystem
import Glibc
import Synchronization

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
    private let state = Mutex(State())

    private init() {
        set = rollout_readiness_create()
        precondition(set >= 0, "no epoll descriptor: error \(errno)")
        DedicatedThread.start("descriptors") { [self] in run() }
    }

    /// Calls `handler` on the watcher's thread whenever the descriptor is readable or its other end is closed, until it says
    /// `.done`; the descriptor is closed then.
    func watch(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Verdict) {
        let token = state.withLock { state in
            state.nextToken += 1
            state.watches[state.nextToken] = Watch(descriptor: descriptor, handler: handler)
            return state.nextToken
        }
        let result = rollout_readiness_add(set, descriptor, token)
        precondition(result == 0, "descriptor \(descriptor) cannot be watched: error \(errno)")
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
