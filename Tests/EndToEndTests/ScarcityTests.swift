import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// No space, no right to write, no descriptors: what served before serves on, the reason is said, and it goes on when there is enough.
    @Suite struct ScarcityTests {
        /// Whether this user may mount a file system of its own.
        static let mayMount = shell("unshare -rm mount -t tmpfs tmpfs /mnt") == 0

        static func shell(_ command: String) -> Int32 { system("(\(command)) >/dev/null 2>&1") }

        @Test(.enabled(if: mayMount, "needs the right to mount a tmpfs in a name space (unshare -rm)"))
        func aFullStoreStopsNothingButTheUpdate() async throws {
            try await withScene({ host in
                host.shell = """
                    mkdir \(host.store) && exec unshare -rm \
                    sh -c 'mount -t tmpfs -o size=40m tmpfs \(host.store) && exec "$@"' sh "$@"
                    """
            }) { scene in
                // Its own mounts, as only the agent sees them.
                let store = "/proc/\(scene.agent.processID)/root\(scene.host.store)"
                #expect(Self.shell("cat /dev/zero > \(store)/filler") != 0)
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                let isSaid = await scene.agent.shows { $0.note.contains("no space is left") }
                #expect(isSaid, "\(scene.agent.log)")
                let seen = try #require(await scene.agent.polls())
                #expect(await eventually { await scene.agent.polls() ?? 0 > seen + 30 })
                #expect(await scene.agent.get()?.text == "v1")
                // Said once, however often it is tried.
                #expect(scene.agent.count("Could not save the host record") == 1, "\(scene.agent.log)")
                #expect(Self.shell("rm \(store)/filler") == 0)
                #expect(await scene.agent.settles(on: second.release), "\(scene.agent.log)")
                #expect(await scene.agent.get()?.text == "v2")
                #expect(await scene.agent.status()?.refused.isEmpty == true)
            }
        }

        @Test(.enabled(if: mayMount, "needs the right to mount a tmpfs in a name space (unshare -rm)"))
        func aFullVolumeTakesNoHalfRelease() async throws {
            try await withTemporaryDirectory { home in
                var volume = try await TestVolume.make(in: home)
                try await volume.publish(.serving("v1"), label: "v1")
                let clean = volume.path
                let source = try volume.artifact(.serving("v2") { $0.paddedTo = 300_000 }, label: "v2")
                volume.path = home.appending("small")
                let publish = volume.publishArguments(source: source, label: "v2").joined(separator: "' '")
                let verify = "'\(Program.path)' verify --volume '\(volume.path)' --trust '\(volume.trust)' || exit 9"
                // Room for less and less: it ends in another place each time.
                let script = """
                    mkdir '\(volume.path)' && mount -t tmpfs -o size=4m tmpfs '\(volume.path)' && cp -a '\(clean)/.' '\(volume.path)' || exit 8
                    for free in 0 1 2 8 40 74 75 76 77 78 79; do
                        cat /dev/zero > '\(volume.path)/tmp/filler'
                        truncate -s -$((free * 4096)) '\(volume.path)/tmp/filler'
                        '\(Program.path)' '\(publish)' && { echo "published $free"; break; }
                        echo "ended $?"
                        rm '\(volume.path)/tmp/filler'
                        ls -A '\(volume.path)/tmp' | grep . && exit 7
                        \(verify)
                    done
                    rm -f '\(volume.path)/tmp/filler'
                    '\(Program.path)' '\(publish)' && \(verify)
                    mount -o remount,ro '\(volume.path)' && '\(Program.path)' '\(publish)'
                    echo "ended $?"
                    """
                let run = try LinuxProcessLauncher().launch(
                    LaunchRequest(
                        executable: "/bin/sh", arguments: ["-c", "exec unshare -rm sh -c \"$0\"", script],
                        environment: Program.environment(home: home), workingDirectory: home, standardOutput: .lines,
                        standardError: .lines), for: .hookStart)
                var lines: [String] = []
                for await line in run.output.lines { lines.append(line.text) }
                let said = lines.joined(separator: "\n")
                #expect(await run.waitForExit().status == .exited(0), "\(said)")
                let ends = lines.filter { $0.hasPrefix("ended ") }
                #expect(ends.count >= 6 && ends.allSatisfy { $0 == "ended 69" }, "\(said)")
                #expect(said.contains("no space is left. Free some space, or run `wasmrollout collect`."), "\(said)")
                #expect(said.contains("the file system is read-only"), "\(said)")
            }
        }

        @Test func clientsDoNotTakeTheAgentsOwnDescriptors() async throws {
            try await withScene({ $0.shell = "ulimit -n 80 && exec \"$@\"" }) { scene in
                let port = scene.host.port
                let clients = try (0..<150).map { _ in try RawSocket.connect(port: port, timeout: .seconds(20)) }
                defer { for client in clients { client.close() } }
                // As many as there is room for are served, and all the others wait; the agent itself goes on.
                try clients[0].send("GET / HTTP/1.1\r\nHost: app\r\n\r\n")
                #expect(try clients[0].receiveResponse().text == "v1")
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release), "\(scene.agent.log)")
                #expect(await scene.agent.status()?.note.contains("too many files") == false)
                try clients[0].send("GET / HTTP/1.1\r\nHost: app\r\n\r\n")
                #expect(try clients[0].receiveResponse().text == "v2")
                // Those who waited get their turn.
                for client in clients.dropLast() { client.close() }
                let last = clients[clients.count - 1]
                let answer = await offLoop {
                    try? last.send("GET / HTTP/1.1\r\nHost: app\r\n\r\n")
                    return try? last.receiveResponse().text
                }
                #expect(answer == "v2")
            }
        }
    }
}
