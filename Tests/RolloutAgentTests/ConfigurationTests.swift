import Gateway
import RolloutCore
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite struct ConfigurationTests {
    private let least = """
        trust = "none"
        [volume]
        path = "/mnt/app"
        [[app]]
        name = "shop"
        listen = "0.0.0.0:8080"
        """

    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try AgentConfiguration(parsing: text)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let configuration = try AgentConfiguration(parsing: least)
        #expect(configuration.volume == VolumeSection(path: "/mnt/app"))
        #expect(configuration.store == StoreSection())
        #expect(configuration.admin == AdminSection())
        #expect(configuration.apps == [AppSection(name: "shop", listen: ListenAddress(host: "0.0.0.0", port: 8080))])
    }

    @Test func aKeyThatIsNotKnownIsRefusedWithTheNearestKnownOne() {
        #expect(problems(least + "\nbaek = \"3s\"") == ["app[0].baek is not known. Did you mean 'bake'?"])
        #expect(problems(least + "\n[volumes]") == ["volumes is not known. Did you mean 'volume'?"])
    }

    @Test func everyProblemIsReportedAtOnce() {
        let text = """
            [volume]
            poll = "soon"
            [[app]]
            name = "Shop"
            attempts = 0
            """
        let found = problems(text)
        for key in ["volume.path", "volume.poll", "trust", "app[0].name", "app[0].attempts", "app[0].listen"] {
            #expect(found.contains { $0.hasPrefix(key) }, "nothing is said of \(key) in \(found)")
        }
    }

    @Test func textThatIsNotTOMLIsReportedWithItsLine() {
        #expect(problems("trust = \n").first?.contains("Line 1") == true)
    }

    @Test(arguments: [
        ("strategy = \"signal\"", "pid-file"), ("strategy = \"systemd\"", "unit"), ("strategy = \"command\"", "command"),
        ("unit = \"x.service\"", "unit"), ("strategy = \"bluegreen\"", "strategy"),
    ])
    func aStrategyGetsWhatItNeedsAndNothingElse(line: String, key: String) {
        #expect(problems(least + "\n" + line).contains { $0.hasPrefix("app[0].\(key)") })
    }

    @Test(arguments: [("blue-green", 2), ("restart", 1)])
    func inPlaceAReleaseIsTriedOnceUnlessTheConfigurationSaysMore(strategy: String, attempts: Int) throws {
        let text = least + "\nstrategy = \"\(strategy)\""
        #expect(try AgentConfiguration(parsing: text).apps.first?.attempts == attempts)
        #expect(try AgentConfiguration(parsing: text + "\nattempts = 3").apps.first?.attempts == 3)
    }

    @Test func anApplicationThatSomebodyElseRunsNeedsNoListener() throws {
        let text = """
            trust = "/etc/wasmrollout/trust.json"
            [volume]
            path = "/mnt/app"
            [[app]]
            name = "shop"
            strategy = "systemd"
            unit = "spin-shop.service"
            """
        let app = try #require(try AgentConfiguration(parsing: text).apps.first)
        #expect(app.strategy == .systemd(unit: "spin-shop.service", reload: false))
        #expect(app.listen == nil)
    }

    @Test func hooksAreReadEachWithItsTimeLimit() throws {
        let text = least + "\n[app.hooks]\nbefore-activate = { command = [\"check\", \"-x\"], timeout = \"2m\" }"
        let hooks = try AgentConfiguration(parsing: text + "\non-refused = { command = [\"page\"] }").apps[0].hooks
        #expect(hooks[.beforeActivate] == HookSetting(command: ["check", "-x"], timeout: .seconds(120)))
        #expect(hooks[.onRefused] == HookSetting(command: ["page"], timeout: .seconds(30)))
        #expect(hooks[.afterActivate] == nil)
        #expect(problems(text + "\nbefore-actvate = {}").first?.contains("Did you mean 'before-activate'?") == true)
        #expect(
            problems(least + "\n[app.hooks]\non-rollback = {}").first?.hasPrefix("app[0].hooks.on-rollback.command") == true)
    }

    @Test(arguments: [
        ("", 60), ("[app.runtime]\nrequest-timeout = \"2m\"", 125), ("[app.gateway]\nresponse-timeout = \"5m\"", 300),
        ("[app.runtime]\nrequest-timeout = \"2m\"\n[app.gateway]\nresponse-timeout = \"10s\"", 10),
        ("[app.gateway]\nresponse-timeout = \"0s\"", nil),
    ])
    func aBackendMayBeSilentForSoLong(lines: String, seconds: Int?) throws {
        let app = try #require(try AgentConfiguration(parsing: least + "\n" + lines).apps.first)
        var gateway = GatewayConfiguration(hostName: "h")
        gateway.apply(app.gateway, runtime: app.runtime)
        #expect(gateway.responseTime == seconds.map { .seconds($0) })
    }

    @Test func twoApplicationsCannotShareANameOrAnAddress() {
        let found = problems(least + "\n[[app]]\nname = \"shop\"\nlisten = \"0.0.0.0:8080\"")
        #expect(found == ["app has the same name twice.", "app has the same listen address twice."])
    }

    @Test(arguments: ["8080", ":8080", "host:", "127.0.0.1:99999", "::1:80"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func addressesReadAsTheyAreWritten() {
        for text in ["127.0.0.1:0", "[::1]:443", "0.0.0.0:65535"] { #expect(ListenAddress(text)?.description == text) }
    }
}
