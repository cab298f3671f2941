import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The real agent under a fake Lambda: when it registers, when it asks for the next event, and what freezes do to it.
    @Suite struct FunctionHostTests {
        // MARK: Start

        @Test func itRegistersForInvocationsBeforeAnythingElse() async throws {
            try await withFunction(lambda: { $0.holdRegistration(true) }, isStarted: false) { scene in
                let register = FakeExtensionsAPI.Call.register(name: "wasmrollout", body: #"{"events":["INVOKE"]}"#)
                #expect(await eventually { scene.lambda.calls == [register] })
                #expect(await scene.agent.admin("/livez") == nil)
                let store = try LinuxFileSystem().status(scene.host.store, for: .userRead)
                #expect(store == nil)
                scene.lambda.holdRegistration(false)
                #expect(await scene.isAsked())
                #expect(scene.lambda.calls == [register, .next])
                // It is asked for the first event only when something serves.
                #expect(await scene.agent.admin("/readyz")?.status == 200)
                #expect(await scene.invoke()?.text == "v1")
            }
        }

        @Test func itIsNotReadyUntilSomethingServes() async throws {
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                let host = TestHost(volume)
                let lambda = FakeExtensionsAPI()
                let agent = try await host.start(adding: ["AWS_LAMBDA_RUNTIME_API": lambda.address])
                #expect(await agent.admin("/readyz")?.status == 503)
                #expect(!lambda.isAsked)
                // Published while it starts, and found by it.
                try await volume.publish(.serving("v1"), label: "v1")
                #expect(await eventually { lambda.isAsked })
                #expect(await agent.admin("/readyz")?.status == 200)
                await agent.stop()
                await endAll(of: home)
                lambda.stop()
            }
        }

        @Test func withoutRegistrationItServesAllTheSame() async throws {
            try await withFunction(lambda: { $0.refuseRegistration(403) }, isStarted: false) { scene in
                #expect(await scene.agent.settles(on: scene.first.release))
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release))
                #expect(!scene.lambda.calls.contains(.next))
            }
        }

        @Test func whatCanNeverServeIsReportedToThePlatform() async throws {
            try await withFunction({ $0.probe = "nonsense = 1" }, isStarted: false) { scene in
                #expect(await scene.agent.exited() == .exited(78))
                guard case .initError(let type, let body)? = scene.lambda.calls.last else {
                    Issue.record("\(scene.lambda.calls)")
                    return
                }
                #expect(type == "Extension.InvalidConfiguration")
                #expect(body.contains("nonsense"))
            }
        }

        @Test func anAbsentVolumeIsNoErrorWhenALocalReleaseIsThere() async throws {
            try await withFunction { scene in
                #expect(await scene.invoke()?.text == "v1")
                await scene.agent.kill()
                try LinuxFileSystem().rename(scene.volume.path, to: scene.volume.home.appending("away"), for: .userWrite)
                let lambda = FakeExtensionsAPI()
                let agent = try scene.host.launch(adding: ["AWS_LAMBDA_RUNTIME_API": lambda.address])
                #expect(await eventually { lambda.isAsked })
                lambda.invoke()
                #expect(await agent.get()?.text == "v1")
                #expect(await eventually { lambda.isAsked })
                await agent.stop()
                lambda.stop()
            }
        }

        // MARK: Turns

        @Test func withNothingToDoItAsksForTheNextEventBesideTheRequest() async throws {
            try await withFunction { scene in
                #expect(await scene.invoke()?.text == "v1")
                scene.lambda.invoke()
                async let answer = scene.agent.get("/slow?ms=3000")
                #expect(await eventually(within: .seconds(2)) { scene.lambda.isAsked })
                let inFlight = try await inFlight(scene)
                #expect(inFlight == 1)
                #expect(await answer?.status == 200)
            }
        }

        @Test func anUpdateBeginsAfterTheResponseAndIsDoneBeforeTheNextEvent() async throws {
            try await withFunction { scene in
                #expect(await scene.invoke()?.text == "v1")
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                scene.lambda.invoke()
                async let answer = scene.agent.get("/slow?ms=1500")
                #expect(await eventually { scene.agent.log.contains("Accepted a record") })
                #expect(scene.agent.count("Moving to a release") == 1)
                #expect(!scene.lambda.isAsked)
                #expect(await answer?["x-wasmrollout-release"] == scene.first.release.description)
                #expect(await scene.isAsked())
                #expect(try scene.host.currentRelease() == second.release)
                #expect(await scene.invoke()?.text == "v2")
            }
        }

        @Test func aFaultyReleaseIsRefusedWithinTheTurn() async throws {
            try await withFunction { scene in
                let second = try await scene.volume.publish(.serving("v2") { $0.exitAtStart = 3 }, label: "v2")
                #expect(await scene.invoke()?.text == "v1")
                #expect(try scene.refused == [second.release])
                #expect(await scene.invoke()?.text == "v1")
            }
        }

        @Test func withoutTheVolumeTurnsEndAllTheSame() async throws {
            try await withFunction { scene in
                try LinuxFileSystem().rename(scene.volume.path, to: scene.volume.home.appending("away"), for: .userWrite)
                for _ in 0..<3 { #expect(await scene.invoke()?.text == "v1") }
                try LinuxFileSystem().rename(scene.volume.home.appending("away"), to: scene.volume.path, for: .userWrite)
                try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.invoke(until: "v2") != nil)
            }
        }

        @Test func itDoesNotEndWhenItsBackendIsKilled() async throws {
            try await withFunction { scene in
                for _ in 0..<2 {
                    for id in programs(named: "spin-stand-in", of: scene.volume.home) { kill(id, SIGKILL) }
                    #expect(await scene.invoke()?.text == "v1")
                }
                #expect(!scene.agent.hasEnded)
            }
        }

        // MARK: Deadlines and freezes

        @Test func anUpdateThatDoesNotFitGoesOnInALaterTurn() async throws {
            // A start may take less than the freeze: what counts is the time awake.
            try await withFunction({ $0.start = "3s" }) { scene in
                let second = try await scene.volume.publish(.serving("v2") { $0.compileMilliseconds = 2000 }, label: "v2")
                let deadline = ContinuousClock.now + .seconds(2)
                #expect(await scene.invoke(within: .seconds(2))?.text == "v1")
                let asked = try #require(scene.lambda.timeOfNext)
                #expect(asked < deadline)
                #expect(scene.agent.log.contains("outOfTime"))
                await scene.freeze(for: .seconds(5))
                #expect(await scene.invoke(until: "v2") != nil, "\(scene.agent.log)")
                #expect(try scene.refused.isEmpty)
                #expect(try scene.host.currentRelease() == second.release)
            }
        }

        @Test func frozenTimeIsNoProbation() async throws {
            try await withFunction({ $0.bake = "\(2 * Patience.factor)s" }) { scene in
                // Each turn is a request and a probe. It lives longer than the bake would have lasted by the clock.
                let second = try await scene.volume.publish(.serving("v2") { $0.crashAtRequest = 9 }, label: "v2")
                #expect(await scene.invoke(until: "v2") != nil)
                await scene.freeze(for: Patience.deadline(.seconds(4)))
                #expect(await scene.invoke()?.text == "v2")
                #expect(try scene.host.record()?.probation != nil)
                #expect(await scene.invoke(until: "v1") != nil)
                #expect(try scene.refused == [second.release])
            }
        }

        @Test func aBakeEndsAfterEnoughTimeAwake() async throws {
            try await withFunction({ $0.bake = "1s" }) { scene in
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.invoke(until: "v2") != nil)
                _ = await scene.invoke("/slow?ms=600")
                await scene.freeze(for: .milliseconds(300))
                _ = await scene.invoke("/slow?ms=600")
                #expect(await scene.invoke()?.text == "v2")
                #expect(try scene.host.record()?.probation == nil)
                #expect(try scene.host.record()?.proven.first == second.release)
            }
        }

        // MARK: The platform's answers

        @Test(arguments: [403, 500]) func itEndsWhenThePlatformGivesItUp(status: Int) async throws {
            try await withFunction { scene in
                scene.lambda.answer(status, "no")
                #expect(await scene.agent.exited() == .exited(69))
                #expect(scene.lambda.calls.contains(.exitError(type: "Extension.NextFailed")))
            }
        }

        @Test func aConnectionThatBreaksIsTriedAgain() async throws {
            try await withFunction { scene in
                let before = scene.lambda.calls.count { $0 == .next }
                scene.lambda.answer(0, "")
                #expect(await eventually { scene.lambda.calls.count { $0 == .next } == before + 1 })
                #expect(await scene.invoke()?.text == "v1")
            }
        }

        @Test func aShutdownEventEndsItToo() async throws {
            try await withFunction { scene in
                scene.lambda.answer(200, #"{"eventType":"SHUTDOWN","shutdownReason":"spindown","deadlineMs":1}"#)
                #expect(await scene.agent.exited() == .exited(0))
            }
        }

        @Test func onTerminationItWaitsForNobody() async throws {
            // An idle client would hold up an orderly end far longer than Lambda waits.
            try await withFunction { scene in
                #expect(await scene.invoke()?.text == "v1")
                let idle = try RawSocket.connect(port: scene.host.port)
                defer { idle.close() }
                _ = try idle.ask("GET / HTTP/1.1\r\nHost: app\r\n\r\n")
                let before = try await statusBytes(scene)
                scene.agent.signal(.terminate)
                #expect(await scene.agent.exited() == .exited(0))
                let after = try await statusBytes(scene)
                #expect(after == before)
                #expect(await eventually { programs(named: "spin-stand-in", of: scene.volume.home).isEmpty })
            }
        }

        // MARK: Looking

        private func inFlight(_ scene: FunctionScene) async throws -> Int {
            let page = try #require(await scene.agent.admin("/metrics")?.text)
            let line = page.split(separator: "\n").first { $0.hasPrefix("wasmrollout_requests_in_flight") }
            return try #require(line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) })
        }

        private func statusBytes(_ scene: FunctionScene) async throws -> [UInt8] {
            let path = scene.volume.path.appending("apps/hello/hosts/\(scene.host.id)")
            return try LinuxFileSystem().readAll(path, limit: 1 << 16, for: .userRead)
        }
    }
}
