import DequeModule
import Synchronization

/// What an event loop was told and has not done yet.
///
/// An event loop looks at its sockets before it looks at what it was told. So that no request that came after
/// `switchTraffic` returned goes the old way, each request looks here first.
final class CommandQueue: Sendable {
    typealias Command = @Sendable (GatewayLoop) -> Void

    private let commands = Mutex<Deque<Command>>([])
    private let hasCommands = Atomic<Bool>(false)

    func append(_ command: @escaping Command) {
        commands.withLock { commands in
            commands.append(command)
            hasCommands.store(true, ordering: .releasing)
        }
    }

    var isEmpty: Bool { !hasCommands.load(ordering: .acquiring) }

    func next() -> Command? {
        commands.withLock { commands in
            let next = commands.popFirst()
            if commands.isEmpty { hasCommands.store(false, ordering: .releasing) }
            return next
        }
    }
}
