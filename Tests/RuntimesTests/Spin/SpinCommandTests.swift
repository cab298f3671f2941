import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

@Suite struct SpinCommandTests {
    private func command(_ change: (inout BackendLaunch) -> Void = { _ in }, inherited: [String: String] = [:]) async throws
        -> SpinCommand
    {
        try await withTemporaryDirectory { root in
            var launch = try MaterializedRelease(root: root, .serving()).launch
            launch.scratch = "/scratch"
            launch.directory = "/release"
            change(&launch)
            var configuration = SpinConfiguration(cacheDirectory: "/cache")
            configuration.arguments = ["--disable-pooling"]
            configuration.environment = ["EXTRA": "1"]
            return SpinCommand(launch: launch, configuration: configuration, inherited: inherited)
        }
    }

    @Test func namesEveryDirectoryAndNoPort() async throws {
        let arguments = try await command { $0.environment = ["B": "2", "A": "1=1"] }.arguments
        #expect(
            arguments == [
                "up", "--from", "/release/spin.toml", "--temp", "/scratch/temporary", "--env", "A=1=1", "--env", "B=2",
                "--listen",
                "127.0.0.1:0", "--state-dir", "/scratch/state", "--log-dir", "/scratch/logs", "--disable-pooling",
            ])
    }

    @Test func writesIPv6InBrackets() async throws {
        #expect(try await command { $0.listenHost = "::1" }.arguments.contains("[::1]:0"))
    }

    @Test func inheritsNothingThatWouldSteerSpin() async throws {
        let inherited = [
            "PATH": "/bin", "SPIN_ALWAYS_BUILD": "1", "SPIN_HTTP_LISTEN_ADDR": "0.0.0.0:80", "SPIN_VARIABLE_OLD": "x",
            "RUNTIME_CONFIG_FILE": "/x", "WASMTIME_CACHE_FILE": "/x", "OTEL_SERVICE_NAME": "web", "HOME": "/home/spin",
            "XDG_CACHE_HOME": "/elsewhere",
        ]
        let environment = try await command({ $0.variables = ["api_key": "s"] }, inherited: inherited).environment
        #expect(
            environment == [
                "PATH": "/bin", "OTEL_SERVICE_NAME": "web", "HOME": "/home/spin", "XDG_CACHE_HOME": "/cache", "EXTRA": "1",
                "TMPDIR": "/scratch/temporary", "SPIN_VARIABLE_API_KEY": "s", "WASMROLLOUT_BACKEND": "test",
            ])
    }

    @Test func alwaysHasAHome() async throws {
        #expect(try await command().environment["HOME"] == "/scratch/home")
    }

    @Test(arguments: [
        ("spin 4.0.2 (bfc7543 2026-06-23)", "4.0.2"), ("spin 4.1.0-pre0 (x)\n", "4.1.0"), ("spin 2.5.0", "2.5.0"),
    ])
    func readsVersions(output: String, version: String) {
        #expect(SpinVersion(output: output)?.description == version)
    }

    @Test(arguments: ["", "spin", "spin four", "nginx 1.2.3", "spin 1.2"])
    func readsNoVersionFromOtherOutput(output: String) {
        #expect(SpinVersion(output: output) == nil)
    }

    @Test(arguments: [
        ("Serving http://127.0.0.1:3000", "127.0.0.1:3000"), ("Serving http://0.0.0.0:80/", "127.0.0.1:80"),
        ("Serving http://[::]:80", "[::1]:80"),
        ("Serving http://[::1]:8080", "[::1]:8080"),
    ])
    func readsTheAddressServed(line: String, address: String) {
        #expect(ServingAnnouncement.address(in: line)?.description == address)
    }

    @Test(arguments: [
        "", "  app: http://127.0.0.1:3000 (wildcard)", "Serving", "Serving http://127.0.0.1", "Serving http://:80",
        "Serving http://h:0",
        "Serving http://h:99999", " Serving http://127.0.0.1:3000",
    ])
    func readsNoAddressFromOtherLines(line: String) {
        #expect(ServingAnnouncement.address(in: line) == nil)
    }
}
