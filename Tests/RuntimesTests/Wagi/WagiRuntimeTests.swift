import Foundation
import Glibc
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

enum EnginesOnPath {
    static let any = ["wasmtime", "wasmkit"].contains {
        findExecutable($0, searchPath: HostEnvironment.current["PATH"] ?? "") != nil
    }
}

/// The embedded host with a real engine and the example's real module.
@Suite(.enabled(if: EnginesOnPath.any, "no wasmtime and no wasmkit on PATH"))
struct WagiRuntimeTests {
    private let launcher = LinuxProcessLauncher()
    private let enough = Duration.seconds(60)

    private func module(_ name: String = "hello-v1.wasm") throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return Array(try Data(contentsOf: root.appending(path: "Examples/hello-wagi/\(name)")))
    }

    func withHost(
        _ artifact: String = "hello-v1.wasm", manifest: String = StandInArtifact.manifest(version: "gen-1"),
        engine: FilePath? = nil, limits: (inout WagiLimits) -> Void = { _ in },
        _ body: (any RunningBackend, BackendAddress) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(
                root: root, files: ["spin.toml": Array(manifest.utf8), "app.wasm": try module(artifact)],
                expectedVersion: "gen-1")
            var configuration = WagiConfiguration(engine: engine)
            configuration.host = BuiltProduct.path("wagi-host")
            configuration.hostArguments = []
            limits(&configuration.limits)
            let runtime = WagiRuntime(configuration: configuration, launcher: launcher, inherited: HostEnvironment.current)
            let backend = try await runtime.start(release.launch)
            do {
                try await body(backend, try await backend.ready(within: enough))
            } catch {
                await backend.stop(grace: .zero)
                throw error
            }
            await backend.stop(grace: .seconds(20))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
        }
    }

    @Test func answersWithWhatTheGuestWrites() async throws {
        try await withHost { _, address in
            let answer = try await ask(address, "/")
            #expect(answer?.status == 200)
            #expect(answer?.text == "hello from v1\n")
            #expect(answer?.head.lowercased().contains("x-hello-version: v1") ?? false)
            #expect(try await ask(address, "/status/404")?.status == 404)
            #expect(try await ask(address, "/", method: "HEAD")?.body == [])
        }
    }

    @Test func passesBodiesByteForByte() async throws {
        try await withHost { _, address in
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try await ask(address, "/echo", method: "POST", body: body)
            #expect(answer?.body == body)
        }
    }

    @Test func tellsTheGuestAboutTheRequest() async throws {
        try await withHost { _, address in
            let lines = try await ask(address, "/env?word", headers: "x-color: red\r\n")?.text.split(separator: "\n") ?? []
            #expect(
                Set(["REQUEST_METHOD=GET", "PATH_INFO=/env", "QUERY_STRING=word", "HTTP_X_COLOR=red", "X_MATCHED_ROUTE=/..."])
                    .isSubset(of: Set(lines.map(String.init))))
        }
    }

    @Test(arguments: ["/exit/3", "/trap"])
    func answers500WithoutBodyWhenTheGuestFails(path: String) async throws {
        try await withHost { backend, address in
            let answer = try await ask(address, path)
            #expect(answer?.status == 500)
            #expect(answer?.body == [])
            let words = path == "/trap" ? "unreachable" : "3"
            #expect(
                await eventually {
                    backend.outputTail().contains {
                        $0.hasPrefix("component 'app' failed a request (exit): it exited with code ") && $0.contains(words)
                    }
                }, "\(backend.outputTail())")
        }
    }

    @Test func answersAsSpinDoesOutsideTheApp() async throws {
        try await withHost { _, address in
            #expect(try await ask(address, "/.well-known/spin/health")?.text == "OK")
            let info = try await ask(address, "/.well-known/spin/info")?.body ?? []
            #expect(SpinInfo.version(in: info) == "gen-1")
            #expect(try await ask(address, "/.well-known/spin/other")?.status == 404)
            let connection = try RawConnection(address)
            await connection.send("GET / HTTP/1.1\r\n\r\n")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test func routesByTheManifest() async throws {
        let manifest = """
            spin_manifest_version = 2
            [application]
            name = "app"
            version = "gen-1"
            [[trigger.http]]
            route = "/app/..."
            component = "app"
            executor = { type = "wagi" }
            [[trigger.http]]
            route = "/fixed"
            static_response = { status_code = 418, headers = { "x-kind" = "fixed" }, body = "teapot" }
            [[trigger.http]]
            route = { private = true }
            component = "app"
            [component.app]
            source = "app.wasm"
            """
        try await withHost(manifest: manifest) { backend, address in
            #expect(try await ask(address, "/app")?.text == "hello from v1\n")
            #expect(try await ask(address, "/fixed")?.status == 418)
            #expect(try await ask(address, "/fixed")?.text == "teapot")
            let missing = try await ask(address, "/elsewhere")
            #expect(missing?.status == 404)
            #expect(missing?.body == [])
            #expect(backend.outputTail().contains("  app: http://\(address)/app (wildcard)"))
        }
    }

    @Test func endsAGuestThatTakesTooLong() async throws {
        try await withHost(limits: { $0.requestMilliseconds = 300 }) { backend, address in
            let answer = try await ask(address, "/slow?ms=60000")
            #expect(answer?.status == 504)
            #expect(LiveProcesses.children(of: backend.processID).isEmpty)
        }
    }

    @Test func endsAGuestThatWritesTooMuch() async throws {
        try await withHost(limits: { $0.outputBytes = 100_000 }) { backend, address in
            let large = try await ask(address, "/big?bytes=100000000")
            #expect(large?.status == 500)
            let small = try await ask(address, "/big?bytes=50000")
            #expect(small?.body.count == 50_000)
            #expect(LiveProcesses.children(of: backend.processID).isEmpty)
        }
    }

    @Test func refusesABodyThatIsTooLarge() async throws {
        try await withHost(limits: { $0.bodyBytes = 1000 }) { _, address in
            #expect(try await ask(address, "/echo", method: "POST", body: [UInt8](repeating: 1, count: 1001))?.status == 413)
            #expect(try await ask(address, "/echo", method: "POST", body: [UInt8](repeating: 1, count: 1000))?.status == 200)
            let chunked = try RawConnection(address)
            let head = "POST /echo HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
            await chunked.send(head + "7d0\r\n" + String(repeating: "x", count: 2000) + "\r\n0\r\n\r\n")
            #expect(RawAnswer(await chunked.readToEnd())?.status == 413)
        }
    }

    @Test func refusesRequestsBeyondItsQueue() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(in: root)
            let limits: (inout WagiLimits) -> Void = {
                $0.concurrency = 1
                $0.queue = 0
            }
            try await withHost(engine: engine.path, limits: limits) { _, address in
                async let first = ask(address, "/")
                #expect(await engine.isRunning())
                let refused = try await ask(address, "/")
                #expect(refused?.status == 503)
                #expect(refused?.head.lowercased().contains("retry-after") ?? false)
                engine.open()
                let answer = try await first
                #expect(answer?.text == "through the gate")
                let next = try await ask(address, "/")
                #expect(next?.status == 200)
            }
        }
    }

    @Test func finishesWhatIsInFlightBeforeItStops() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(in: root)
            try await withHost(engine: engine.path) { backend, address in
                let idle = try RawConnection(address)
                async let inFlight = ask(address, "/")
                #expect(await engine.isRunning())
                async let stopped: Void = backend.stop(grace: .seconds(60))
                // The idle connection closes when the host has begun to drain, and only then may the guest go on.
                #expect(await idle.readToEnd().isEmpty)
                engine.open()
                let answer = try await inFlight
                #expect(answer?.text == "through the gate")
                await stopped
                let status = await backend.exited()
                #expect(status == .exited(0))
            }
        }
    }

    @Test func leavesNoEngineBehindWhenTheHostIsKilled() async throws {
        try await withHost { backend, address in
            async let slow = ask(address, "/slow?ms=60000")
            var engines: [Int32] = []
            let found = await eventually {
                engines = LiveProcesses.children(of: backend.processID)
                return !engines.isEmpty
            }
            #expect(found)
            kill(backend.processID, SIGKILL)
            let cut = try await slow
            #expect(cut == nil)
            #expect(await eventually { engines.allSatisfy { LiveProcesses.group($0).isEmpty } })
        }
    }

    @Test func servesManyRequestsOnOneConnection() async throws {
        try await withHost { _, address in
            let connection = try RawConnection(address)
            let request = "GET / HTTP/1.1\r\nhost: t\r\n\r\n"
            await connection.send(request + request + "GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
            let text = String(decoding: await connection.readToEnd(), as: UTF8.self)
            #expect(text.components(separatedBy: "hello from v1\n").count == 4)
        }
    }

    @Test func refusesWhatOnlySpinCanRun() throws {
        let runtime = WagiRuntime(configuration: WagiConfiguration(), launcher: launcher, inherited: [:])
        func refusal(_ kind: ArtifactKind, _ needs: RuntimeNeed) throws -> String? {
            let source = try #require(RelativePath("app.wasm"))
            let facts = ComponentFacts(
                id: "api", source: source, kind: kind, needs: needs, route: "/...", imports: [], exports: [], producers: [])
            let manifest = ReleaseManifest(
                app: "app", version: "1", entry: source, files: [], components: [facts], capabilities: Capabilities())
            return runtime.refusal(of: manifest)
        }
        #expect(try refusal(.module, .wagi) == nil)
        let component = try #require(try refusal(.component, .http))
        #expect(component.hasPrefix("component 'api' is a WebAssembly component"))
        #expect(try refusal(.module, .http) != nil)
    }

    @Test func saysThatThereIsNoEngine() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let runtime = WagiRuntime(configuration: WagiConfiguration(), launcher: launcher, inherited: ["PATH": root.string])
            let error = await #expect(throws: RuntimeError.self) { _ = try await runtime.start(release.launch) }
            #expect(error?.code == .unavailable)
            #expect(await RuntimeFinder(launcher: launcher, inherited: ["PATH": root.string]).automatic() == .wagi)
        }
    }

    @Test func saysWhatIsWrongWithAManifest() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(
                root: root, files: ["spin.toml": Array("spin_manifest_version = 3".utf8), "app.wasm": try module()])
            let runtime = WagiRuntime(
                configuration: WagiConfiguration(), launcher: launcher, inherited: HostEnvironment.current)
            let error = await #expect(throws: RuntimeError.self) { _ = try await runtime.start(release.launch) }
            #expect(error?.code == .unusable)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
        }
    }
}
