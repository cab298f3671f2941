#if DEBUG
    import Glibc
    import ReleaseStore
    import RolloutCore
    import RolloutSystem
    import RolloutTesting
    import SystemPackage
    import Testing

    extension EndToEnd {
        @Suite struct TroubledVolumeTests {
            /// A volume that answers, but cannot be followed, is asked no more than one that can: the beacon alone tells when to look.
            @Test func aVolumeThatCannotBeFollowedIsReadLessAndLessOften() async throws {
                try await withTemporaryDirectory { home in
                    let volume = try await TestVolume.make(in: home)
                    var host = TestHost(volume)
                    host.poll = "20ms"
                    host.list = "3600s"
                    let first = try await volume.publish(.serving("v1"), label: "v1")
                    let trace = home.appending("trace")
                    let agent = try await host.start(adding: ["WASMROLLOUT_HANG_TRACE": trace.string])
                    #expect(await agent.settles(on: first.release), "\(agent.log)")

                    let description = volume.path.appending("volume.json")
                    let aside = home.appending("volume.json")
                    try LinuxFileSystem().rename(description, to: aside, for: .userWrite)
                    #expect(await agent.admin("/poke", method: "POST")?.status ?? 0 < 300)
                    #expect(await eventually { agent.count("The volume cannot be followed") == 1 }, "\(agent.log)")
                    let (polls, looks) = (try #require(await agent.polls()), try self.looks(trace))
                    #expect(await eventually { await agent.polls() ?? 0 >= polls + 200 })
                    let after = try self.looks(trace) - looks
                    #expect(after >= 1 && after <= 20, "\(after) looks in 200 polls")
                    #expect(await agent.get()?.text == "v1")

                    try LinuxFileSystem().rename(aside, to: description, for: .userWrite)
                    let second = try await volume.publish(.serving("v2"), label: "v2")
                    #expect(await agent.settles(on: second.release), "\(agent.log)")
                    #expect(agent.count("The volume is followed again") == 1)
                    await agent.stop()
                    await endAll(of: home)
                }
            }

            /// The beacon has no authority: whatever stands in its place, the log is listed now and then.
            @Test(arguments: [true, false]) func whatIsNoBeaconCostsOneListing(isLink: Bool) async throws {
                try await withScene { scene in
                    let staging = try Staging(scene.volume)
                    let published = try await staging.copy.publish(.serving("v2"), label: "v2")
                    let app = try #require(AppName(scene.volume.app))
                    let head = VolumeLayout(root: scene.volume.path).head(app)
                    try LinuxFileSystem().unlink(head, for: .userWrite)
                    if isLink {
                        try LinuxFileSystem().createSymbolicLink(at: head, to: "/etc/passwd", for: .userWrite)
                    } else {
                        #expect(head.withPlatformString { mkfifo($0, 0o644) } == 0)
                    }
                    let polls = try #require(await scene.agent.polls())
                    #expect(await eventually { await scene.agent.polls() ?? 0 > polls + 3 })
                    try staging.deliver(record: published.sequence, beacon: false)
                    #expect(await scene.agent.settles(on: published.release), "\(scene.agent.log)")
                    #expect(scene.agent.count("The volume cannot be followed") == 0)
                    // And the next publish puts it right.
                    let third = try await scene.volume.publish(.serving("v3"), label: "v3")
                    #expect(await scene.agent.settles(on: third.release), "\(scene.agent.log)")
                    let verified = try await scene.volume.verify()
                    #expect(!verified.output.contains("head"), "\(verified)")
                }
            }

            /// How often the agent has asked what volume this is, which it does at each look.
            private func looks(_ trace: FilePath) throws -> Int {
                let bytes = try LinuxFileSystem().readAll(trace, limit: 64 << 20, for: .userRead)
                return String(decoding: bytes, as: UTF8.self).split(separator: "\n").count { $0 == "open volumeRead" }
            }
        }
    }
#endif
