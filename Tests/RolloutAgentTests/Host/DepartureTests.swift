import Foundation
import Gateway
import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

/// A host that hears that it will be taken away, from the metadata service of its instance to the command at the end.
@Suite(.serialized) struct DepartureTests {
    private static let group = "GET /latest/meta-data/autoscaling/target-lifecycle-state"

    private func request(_ port: Int, _ path: String) async -> RawMessage? {
        await offLoop {
            guard let socket = try? RawSocket.connect(port: port) else { return nil }
            defer { socket.close() }
            return try? socket.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        }
    }

    /// Runs an agent on an instance with this metadata service, until the release serves.
    private func run(
        _ directory: FilePath, _ server: MetadataServer,
        _ body: (AgentHost, FilePath) async throws -> Void
    ) async throws {
        let bed = try AgentBed(in: directory)
        let release = try bed.publish(.serving("one"))
        let mark = directory.appending("mark")
        let script = "echo \"$WASMROLLOUT_HOST: $WASMROLLOUT_REASON\" > \(mark).new; mv \(mark).new \(mark)"
        try await bed.running(
            { $0.host.onDrain = ["sh", "-c", script] }, environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint]
        ) { host in
            #expect(await eventually { host.apps[0].agent.isSettled(on: release) })
            try await body(host, mark)
        }
    }

    private func text(_ path: FilePath) -> String? { try? String(contentsOfFile: path.string, encoding: .utf8) }

    @Test func clientsAreSentElsewhereAndTheCommandRunsOnceNothingIsInFlight() async throws {
        try await withTemporaryDirectory { directory in
            let server = MetadataServer.instance()
            defer { server.stop() }
            try await run(directory, server) { host, mark in
                let gateway = try #require(host.apps[0].gateway)
                let port = gateway.address.port
                async let slow = request(port, "/slow?ms=8000")
                #expect(await eventually { gateway.metrics().releases.values.contains { $0.inFlight > 0 } })
                server.set(Self.group, to: "Terminated")
                #expect(await eventually { host.reporter.statuses()[0].health == .stopping })
                #expect(host.reporter.statuses()[0].note.contains("Auto Scaling group wants it 'Terminated'"))
                // Whoever still comes is served, and told to go elsewhere.
                #expect(await eventually { await request(port, "/")?["connection"] == "close" })
                #expect(await request(port, "/")?.text == "one")
                #expect(gateway.metrics().releases.values.contains { $0.inFlight > 0 })
                #expect(text(mark) == nil)
                #expect(await slow?.status == 200)
                #expect(await eventually { text(mark) != nil })
                #expect(text(mark) == "host-1: its Auto Scaling group wants it 'Terminated'\n")
                #expect(await request(port, "/")?.text == "one")
            }
        }
    }

    @Test func aHostThatStaysAfterAllTakesTrafficAgainAndRunsNothing() async throws {
        try await withTemporaryDirectory { directory in
            let server = MetadataServer.instance()
            defer { server.stop() }
            try await run(directory, server) { host, mark in
                let gateway = try #require(host.apps[0].gateway)
                let port = gateway.address.port
                async let slow = request(port, "/slow?ms=15000")
                #expect(await eventually { gateway.metrics().releases.values.contains { $0.inFlight > 0 } })
                server.set(Self.group, to: "Terminated")
                #expect(await eventually { host.reporter.statuses()[0].health == .stopping })
                server.set(Self.group, to: "InService")
                #expect(await eventually { host.reporter.statuses()[0].health == .ready })
                #expect(await request(port, "/")?["connection"] != "close")
                #expect(gateway.isAccepting)
                #expect(await slow?.status == 200)
                #expect(text(mark) == nil)
            }
        }
    }

    @Test func whoIsToldTwiceRunsTheCommandOnce() async {
        let launcher = FakeProcessLauncher { _, _ in .exits(.exited(0)) }
        let departure = HostDeparture(
            host: "host-1", command: ["sh"], apps: [], launcher: launcher, environment: [:], logger: Logger(label: "departure"))
        func reasons() -> [String] {
            launcher.calls.compactMap {
                if case .launch(let request, _) = $0 { request.environment["WASMROLLOUT_REASON"] } else { nil }
            }
        }
        departure.begin("spot interruption")
        departure.begin("spot interruption, again")
        #expect(await eventually { !reasons().isEmpty })
        // Another departure, after this one was called off: what comes first has come by then.
        departure.callOff()
        departure.begin("maintenance")
        #expect(await eventually { reasons().last == "maintenance" })
        #expect(reasons() == ["spot interruption", "maintenance"])
    }
}
