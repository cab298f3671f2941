import Glibc
import NIOCore
import NIOPosix
import RolloutTesting
import Testing

@testable import Gateway

/// Bytes leave in the order they were given, however little the socket takes at a time.
@Suite struct OutletTests {
    /// Tells the test's handler that the socket takes more.
    private final class Owner: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private(set) var outlet: Outlet?
        private(set) var drains = 0

        func handlerAdded(context: ChannelHandlerContext) { outlet = Outlet(context) }

        func channelWritabilityChanged(context: ChannelHandlerContext) {
            outlet?.writabilityChanged()
            if outlet?.isBlocked == false { drains += 1 }
        }

        func handlerRemoved(context: ChannelHandlerContext) { outlet = nil }
    }

    /// A channel over one end of a pair of sockets, and the other end; neither blocks.
    private struct Scene: Sendable {
        let owner: NIOLoopBound<Owner>
        let end: CInt
        let peer: CInt

        /// Runs on the event loop, which notices nothing of the sockets meanwhile.
        func run<Value: Sendable>(_ body: @escaping @Sendable (Owner) -> Value) async throws -> Value {
            try await owner.eventLoop.submit { body(owner.value) }.get()
        }
    }

    private static func withChannel(_ body: (Scene) async throws -> Void) async throws {
        var pair: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair) == 0)
        let (end, peer) = (pair[0], pair[1])
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let owner = try await eventLoop.submit { NIOLoopBound(Owner(), eventLoop: eventLoop) }.get()
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelOption(.writeBufferWaterMark, value: Outlet.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(owner.value) }
            }
            .withConnectedSocket(end).get()
        try await body(Scene(owner: owner, end: end, peer: peer))
        try? await channel.close()
        close(peer)
        try await group.shutdownGracefully()
    }

    /// Makes the socket take nothing more; returns what it had taken.
    private static func fill(_ end: CInt) -> [UInt8] {
        var taken = 0
        let block = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        for size in [block.count, 1] {
            while true {
                let count = send(end, block, size, CInt(MSG_NOSIGNAL))
                if count <= 0 { break }
                taken += count
            }
        }
        return [UInt8](repeating: UInt8(ascii: "."), count: taken)
    }

    private static func drain(_ peer: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(peer, &block, block.count, 0)
            if count <= 0 { return bytes }
            bytes += block[..<count]
        }
    }

    private static func pass(_ text: String, to outlet: Outlet?) -> Outlet.Outcome? {
        Array(text.utf8).withUnsafeBytes { outlet?.pass($0) }
    }

    @Test func nothingOvertakesASingleByteThatWaits() async throws {
        try await Self.withChannel { scene in
            try await scene.run { owner in
                let filler = Self.fill(scene.end)
                #expect(Self.pass("1", to: owner.outlet) == .queued)
                #expect(owner.outlet?.isBlocked == true)
                // The socket takes everything again, and the channel has not noticed yet.
                #expect(Self.drain(scene.peer) == filler)
                #expect(Self.pass("2", to: owner.outlet) == .queued)
                #expect(Self.drain(scene.peer).isEmpty)
            }
            let isSent = try await eventually { try await scene.run { $0.outlet?.isBlocked == false } }
            #expect(isSent)
            #expect(Self.drain(scene.peer) == Array("12".utf8))
        }
    }

    @Test func saysWhenASingleByteThatWaitedIsSent() async throws {
        try await Self.withChannel { scene in
            try await scene.run { owner in
                let filler = Self.fill(scene.end)
                #expect(Self.pass("1", to: owner.outlet) == .queued)
                #expect(owner.drains == 0)
                #expect(Self.drain(scene.peer) == filler)
            }
            let isReported = try await eventually { try await scene.run { $0.drains == 1 } }
            #expect(isReported)
            #expect(try await scene.run { Self.pass("23", to: $0.outlet) } == .sent)
            #expect(Self.drain(scene.peer) == Array("123".utf8))
        }
    }
}
