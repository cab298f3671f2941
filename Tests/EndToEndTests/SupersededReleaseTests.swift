import FoundationEssentials
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// A release that is given up for the next one before its bake is over, with requests still under way in it.
    @Suite struct SupersededReleaseTests {
        @Test func itsFilesStayUntilItsLastRequestIsAnswered() async throws {
            guard let engine = HostVariable.findProgram("wasmkit") else { return }
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                var host = TestHost(volume)
                host.bake = "1h"
                host.drain = "2m"
                host.runtime = "kind = \"wagi\"\nprogram = \"\(engine)\""
                let first = try await publish(0, on: volume)
                let agent = try await host.start()
                #expect(await agent.serves(first.release), "\(agent.log)")
                try await finishes(agent, host, volume)
                await agent.stop()
                await endAll(of: home)
            }
        }

        private func finishes(_ agent: AgentProcess, _ host: TestHost, _ volume: TestVolume) async throws {
            let layout = LocalLayout(store: host.store, app: try #require(AppName(volume.app)))
            func isOnDisk(_ release: Digest) throws -> Bool {
                try LinuxFileSystem().status(layout.release(release), for: .userRead) != nil
            }
            let draining = try await publish(1, on: volume)
            #expect(await agent.serves(draining.release))
            // The embedded host starts an engine, and with it reads the module, when the request is whole.
            let body = String(repeating: "x", count: 1000)
            let socket = try RawSocket.connect(port: host.port)
            try socket.send("POST /echo HTTP/1.1\r\nHost: app\r\nContent-Length: 1000\r\n\r\n" + body.prefix(500))
            #expect(await eventually { await requestsInFlight(agent, draining.release) == "1" })
            // One that has nothing to finish is deleted as soon as nobody would roll back to it any more.
            let idle = try await publish(2, on: volume)
            #expect(await agent.serves(idle.release))
            for number in 3...4 as ClosedRange<UInt8> {
                let next = try await publish(number, on: volume)
                #expect(await agent.serves(next.release))
            }
            #expect(try await eventually { try !isOnDisk(idle.release) }, "\(agent.log.suffix(3000))")
            #expect(try isOnDisk(draining.release))
            let answer = try socket.ask(String(body.suffix(500)))
            #expect(answer.status == 200 && answer.text == body)
            #expect(try await eventually { try !isOnDisk(draining.release) }, "\(agent.log.suffix(3000))")
            #expect(agent.count("Could not collect") == 0)
        }

        /// The example with a section more, so that it is another release.
        private func publish(_ number: UInt8, on volume: TestVolume) async throws -> TestVolume.Published {
            let module = try Data(contentsOf: URL(filePath: Examples.wagi("hello-v1.wasm").string))
            let path = volume.home.appending("next-\(number).wasm")
            try LinuxFileSystem().write(Array(module) + [0, 3, 1, UInt8(ascii: "n"), number], to: path, mode: 0o644)
            return try await volume.publish(source: path, label: "next-\(number)")
        }

        private func requestsInFlight(_ agent: AgentProcess, _ release: Digest) async -> Substring? {
            await agent.admin("/metrics")?.text.split(separator: "\n")
                .first { $0.hasPrefix("wasmrollout_requests_in_flight{") && $0.contains(release.hex) }?
                .split(separator: " ").last
        }
    }
}
