import Glibc
import Logging
import RolloutTesting
import Testing

@testable import Gateway

/// A listening socket that somebody else made: systemd, or the agent before this one.
@Suite struct InheritedSocketTests {
    /// A TCP socket on a port of its own.
    private static func bound(listening: Bool) throws -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(descriptor, address, length)
                _ = getsockname(descriptor, address, &length)
            }
        }
        if listening { try #require(listen(descriptor, 16) == 0) }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }

    @Test(arguments: [true, false]) func servesOnIt(listening: Bool) async throws {
        let (descriptor, port) = try Self.bound(listening: listening)
        // Who connects before the gateway runs waits in the socket's queue.
        let early = listening ? try RawSocket.connect(port: port) : nil
        try early?.send(get("/early"))
        try await GatewayFixture.with({ $0.listenDescriptor = descriptor }) { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            #expect(fixture.gateway.address.port == port && fixture.gateway.address.host == "127.0.0.1")
            if let early { #expect(try early.receiveResponse().text == "one /early") }
            let reply = try fixture.ask(get("/late"))
            #expect(reply.text == "one /late")
        }
        // It belonged to the gateway.
        #expect(fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
        #expect(throws: RawSocket.Ending.broken(ECONNREFUSED)) { try RawSocket.connect(port: port) }
    }

    /// Another process holds it, too: nobody is refused while one gateway ends and the next one begins.
    @Test func losesNoConnectionBetweenTwoGateways() async throws {
        let (descriptor, port) = try Self.bound(listening: true)
        let kept = dup(descriptor)
        defer { close(kept) }
        try await GatewayFixture.with({ $0.listenDescriptor = descriptor }) { fixture in
            let backend = RawBackend.echo("first")
            defer { backend.stop() }
            fixture.serve(backend)
            let reply = try fixture.ask(get())
            #expect(reply.text == "first /")
        }
        let between = try RawSocket.connect(port: port)
        try between.send(get())
        let next = dup(kept)
        try await GatewayFixture.with({ $0.listenDescriptor = next }) { fixture in
            let backend = RawBackend.echo("second")
            defer { backend.stop() }
            fixture.serve(backend)
            let reply = try between.receiveResponse()
            #expect(reply.text == "second /")
        }
    }

    @Test func saysWhichDescriptorIsNoListeningSocket() async throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let datagrams = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        let closed = dup(ends[0])
        close(closed)
        for descriptor in [ends[0], datagrams, closed] {
            var configuration = GatewayConfiguration(hostName: "test-host")
            configuration.listenDescriptor = descriptor
            let gateway = Gateway(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: GatewayError.self) { try await gateway.start() }
            #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("Could not listen on descriptor \(descriptor): "))
            #expect(gateway.address.port == 0)
            await gateway.stop()
        }
        close(ends[1])
    }
}
