import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// Every way in which a release can be bad; after each, what served before serves.
    @Suite struct BadReleaseTests {
        /// A release that a host refuses after it has tried it.
        struct Bad: Sendable, CustomTestStringConvertible {
            var name: String
            var behavior: StandInBehavior
            /// What the reason must say.
            var reason: String
            /// Failed probes that are too many.
            var probes = 3
            /// Whether it may fail requests before it is noticed: then the traffic was its own.
            var touchesTraffic = false
            var testDescription: String { name }

            static let all = [
                Bad(name: "exits at once", behavior: .serving("bad") { $0.exitAtStart = 7 }, reason: "code 7"),
                Bad(name: "is never ready", behavior: .serving("bad") { $0.neverReady = true }, reason: "ready"),
                Bad(
                    name: "crashes in its bake", behavior: .serving("bad") { $0.crashAfterMilliseconds = 1500 },
                    reason: "code 137",
                    // The exit is to be noticed, not that nobody answers until it is.
                    probes: 30, touchesTraffic: true),
                Bad(name: "answers 500", behavior: .serving("bad") { $0.answer = 500 }, reason: "500"),
                Bad(
                    name: "fails once it has traffic", behavior: .serving("bad") { $0.failAfterRequests = 10 }, reason: "5",
                    touchesTraffic: true),
            ]
        }

        @Test(arguments: Bad.all) func theOldReleaseServesOn(bad: Bad) async throws {
            try await withScene({
                $0.bake = "4s"; $0.start = "2s"; $0.probes = bad.probes
            }) { scene in
                let client = StrictClient(.init(port: scene.host.port) { _ in nil })
                client.start()
                let published = try await scene.volume.publish(bad.behavior, label: "bad")
                let reason = await scene.agent.refusal(of: published.release)
                #expect(reason?.contains(bad.reason) == true, "\(reason ?? "no reason: \(scene.agent.log.suffix(3000))")")
                #expect(await scene.agent.settles(on: scene.first.release))
                try await staysAway(from: published.release, scene)
                let report = await client.stop()
                if bad.touchesTraffic {
                    #expect(report.succeeded > 10 * report.failed, "\(report.failures)")
                } else {
                    #expect(report.failures.isEmpty, "\(report.examples)")
                }
            }
        }

        /// Autoscaling goes on while a release is bad: whoever is new serves what the others serve.
        @Test func aNewHostBesideABadReleaseServesWhatWasPromotedBefore() async throws {
            try await withScene({ $0.start = "2s" }) { scene in
                let bad = try await scene.volume.publish(.serving("bad") { $0.neverReady = true }, label: "bad")
                let worse = try await scene.volume.publish(.serving("worse") { $0.exitAtStart = 7 }, label: "worse")
                #expect(await scene.agent.refusal(of: worse.release) != nil, "\(scene.agent.log.suffix(3000))")

                var host = TestHost(scene.volume)
                host.id = "host-2"
                host.start = "2s"
                let agent = try await host.start()
                // Killed where it has given up the target and serves nothing yet: it goes on from there.
                #expect(await eventually { agent.count("Passed over a release") > 0 }, "\(agent.log)")
                await agent.kill()
                let again = try await host.start()
                #expect(await again.settles(on: scene.first.release), "\(again.log)")
                #expect(await again.get()?.text == "v1")
                #expect(again.count("Passed over a release") == 1, "what was passed over before is not tried again")
                let refused = try #require(await again.status()).refused
                #expect(Set(refused.map(\.release)) == [bad.release, worse.release])
                #expect(try host.currentRelease() == scene.first.release)
                #expect(try host.defect() == nil)
                #expect(
                    try await eventually {
                        try await scene.volume.why("host-2").contains("Meanwhile it serves \(scene.first.release.short)")
                    })

                let mended = try await scene.volume.publish(.serving("v4"), label: "v4")
                #expect(await again.settles(on: mended.release), "\(again.log)")
                await again.stop()
            }
        }

        @Test func aReleaseThatTrapsOnEveryRequestIsRefused() async throws {
            guard let engine = HostVariable.findProgram("wasmkit") else { return }
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                var host = TestHost(volume)
                host.runtime = "kind = \"wagi\"\nprogram = \"\(engine)\""
                let first = try await volume.publish(source: Examples.wagi("hello-v1.wasm"), label: "v1")
                let agent = try await host.start()
                #expect(await agent.settles(on: first.release), "\(agent.log)")
                let broken = try await volume.publish(source: Examples.wagi("hello-v3-broken.wasm"), label: "v3")
                let reason = await agent.refusal(of: broken.release)
                #expect(reason?.contains("500") == true, "\(reason ?? "no reason: \(agent.log)")")
                // What the engine said of it, for whoever is woken up by this.
                #expect(reason?.contains("unreachable") == true, "\(reason ?? "")")
                #expect(try await volume.why(host.id).contains("unreachable"))
                #expect(agent.count("Requests failed in the embedded host") > 0, "\(agent.log)")
                #expect(agent.log.contains("unreachable"))
                let metrics = await agent.admin("/metrics")?.text ?? ""
                #expect(
                    metrics.contains("wasmrollout_guest_failures_total{app=\"\(volume.app)\",kind=\"exit\"} "), "\(metrics)")
                #expect(await agent.settles(on: first.release))
                #expect(await agent.get()?.text.contains("v1") == true)
                await agent.stop()
                await endAll(of: home)
            }
        }

        enum Damage: String, CaseIterable, CustomTestStringConvertible {
            case changed, truncated, longer
            var testDescription: String { "blob is \(rawValue)" }
        }

        @Test(arguments: Damage.allCases) func aDamagedBlobIsNeverRun(damage: Damage) async throws {
            try await withScene { scene in
                let client = StrictClient(.init(port: scene.host.port))
                client.start()
                let staging = try Staging(scene.volume)
                let published = try await staging.copy.publish(.serving("v2"), label: "v2")
                let artifact = Digest(of: StandInArtifact.wasm(.serving("v2")))
                try staging.damage(VolumeLayout(root: staging.copy.path).blob(artifact)) { bytes in
                    switch damage {
                    case .changed: bytes[bytes.count - 1] ^= 1
                    case .truncated: bytes.removeLast(10)
                    case .longer: bytes.append(0)
                    }
                }
                try staging.deliver(record: published.sequence)
                #expect(
                    await scene.agent.shows { status in
                        status.acceptedSequence == published.sequence
                            && (status.refused.contains { $0.release == published.release }
                                || status.note.contains(artifact.short))
                    }, "\(scene.agent.log.suffix(3000))")
                #expect(try await eventually { try await scene.volume.why(scene.host.id).contains(artifact.short) })
                try await servesOn(scene, client, never: published.release)
            }
        }

        @Test func anUnsignedRecordAndOneWithAWrongKeyAreNotFollowed() async throws {
            for isUnsigned in [true, false] {
                try await withScene { scene in
                    let client = StrictClient(.init(port: scene.host.port))
                    client.start()
                    let published = try await publishUntrusted(scene.volume, unsigned: isUnsigned)
                    #expect(await scene.agent.shows { $0.note.contains("sign") })
                    #expect(try await eventually { try await scene.volume.why(scene.host.id).contains("sign") })
                    #expect(await scene.agent.status()?.acceptedSequence == scene.first.sequence)
                    try await servesOn(scene, client, never: published.release)
                }
            }
        }

        /// Not at the next interval: somebody waits for it.
        @Test func aRecordThatCannotBeAcceptedIsInTheStatusOnTheVolumeAtOnce() async throws {
            try await withScene({ $0.status = "3600s" }) { scene in
                _ = try await publishUntrusted(scene.volume, unsigned: false)
                let app = try #require(AppName(scene.volume.app))
                let host = try #require(HostID(scene.host.id))
                let file = StatusFile(path: VolumeLayout(root: scene.volume.path).status(app, host))
                #expect(await eventually { (try? file.read(in: LinuxFileSystem()))??.blocked?.kind == .signers })
                #expect(try file.read(in: LinuxFileSystem())?.blocked?.sequence == 2)
                #expect(try await scene.volume.why(scene.host.id).contains("no key that this host trusts"))
                #expect(await scene.agent.get()?.text == "v1")
            }
        }

        // MARK: Steps

        private func publishUntrusted(_ volume: TestVolume, unsigned: Bool) async throws -> TestVolume.Published {
            try await Program.succeed(["keygen", "--name", "other", "--directory", volume.home.string], home: volume.home)
            let staging = try Staging(volume)
            let source = try volume.artifact(.serving("v2"), label: "v2")
            let signing = ["--key", volume.home.appending("other.key.json").string]
            try await Program.succeed(
                staging.copy.publishArguments(source: source, label: "v2", signing: signing), home: volume.home)
            let layout = VolumeLayout(root: staging.copy.path)
            let app = try #require(AppName(volume.app))
            if unsigned {
                try staging.damage(layout.record(app, 2)) { bytes in
                    let text = String(decoding: bytes, as: UTF8.self)
                    bytes = Array(text.replacing(/"signatures":\[.*\]/, with: "\"signatures\":[]").utf8)
                }
            }
            try staging.deliver(record: 2)
            return TestVolume.Published(release: Digest(of: Array("nothing".utf8)), sequence: 2)
        }

        /// The old release serves, `current` names it, no request fails, and nothing is tried again and again.
        private func servesOn(_ scene: Scene, _ client: StrictClient, never release: Digest) async throws {
            let before = client.requests
            #expect(await eventually { client.requests > before + 500 })
            #expect(await scene.agent.settles(on: scene.first.release))
            let report = await client.stop()
            #expect(report.failures.isEmpty, "\(report.examples)")
            #expect(report.releases.keys.allSatisfy { $0 == scene.first.release.description }, "\(report.releases)")
            try await staysAway(from: release, scene)
        }

        /// Counts starts over many polls: what was given up is left alone, and what may heal is tried at long intervals.
        private func staysAway(from release: Digest, _ scene: Scene) async throws {
            let attempts = scene.agent.count("Moving to a release")
            let polls = try #require(await scene.agent.polls())
            #expect(await eventually { (await scene.agent.polls() ?? 0) > polls + 20 })
            #expect(scene.agent.count("Moving to a release") <= attempts + 1, "\(scene.agent.log.suffix(3000))")
            #expect(try scene.host.currentRelease() == scene.first.release)
            let defect = try scene.host.defect()
            #expect(defect == nil, "\(defect ?? "")")
            #expect(try await eventually { try await scene.volume.why(scene.host.id).contains(scene.first.release.short) })
        }
    }
}
