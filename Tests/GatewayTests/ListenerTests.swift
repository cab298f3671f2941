import Dispatch
import NIOCore
import NIOPosix
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Whether the listener takes connections is decided when its own loop gets to it.
@Suite struct ListenerTests {
    @Test(arguments: [true, false]) func whatCountsIsHowItStandsThen(isFullInTheEnd: Bool) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let listener = Listener()
        listener.attach(channel)
        let isFull = Atomic<Bool>(!isFullInTheEnd)
        let gate = Gate()
        // The listener's loop is busy while two others ask, the last of them before the end is reached.
        channel.eventLoop.execute { gate.wait() }
        listener.settle { isFull.load(ordering: .sequentiallyConsistent) }
        listener.settle { isFull.load(ordering: .sequentiallyConsistent) }
        isFull.store(isFullInTheEnd, ordering: .sequentiallyConsistent)
        gate.open()
        let accepts = try await channel.eventLoop.submit { try channel.syncOptions?.getOption(.autoRead) }.get()
        #expect(accepts == !isFullInTheEnd)
        try await channel.close()
        try await group.shutdownGracefully()
    }
}

/// Holds up a thread until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }
    func open() { semaphore.signal() }
}
