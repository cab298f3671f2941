import ArgumentParser
import HTTPCalls
import RolloutAgent
import RolloutCore

/// `wasmrollout healthcheck`.
struct Healthcheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask this host's agent how it is: for health checks in images without a shell.",
        discussion: """
            Exit code 0: it is well. 1: it is not, or does not answer in time; one line says why. 78: the configuration cannot be used.

            --live, the default, asks whether the agent works: a container that fails it should be replaced. --ready asks whether it \
            can answer requests now: until it does, it should get none, but a new container would do no better.

            Example:
              wasmrollout healthcheck --config /etc/wasmrollout/agent.toml
              wasmrollout healthcheck --admin 127.0.0.1:9180 --ready
            """)

    @Option(
        name: .long, help: "The agent's configuration, which names its admin address.", completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("The agent's admin address, e.g. 127.0.0.1:9180.", valueName: "address"))
    var admin: String?

    enum Question: String, EnumerableFlag {
        case live, ready

        static func help(for value: Question) -> ArgumentHelp? {
            value == .live ? "Ask whether the agent works." : "Ask whether it can answer requests now."
        }
    }

    @Flag var question = Question.live

    @Option(name: .long, help: ArgumentHelp("How long the answer may take.", valueName: "duration"))
    var timeout = "2s"

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if config != nil, admin != nil { throw ValidationError("Name the agent by --config or by --admin, not by both.") }
        if let admin, ListenAddress(admin) == nil {
            throw ValidationError("'\(admin)' is no address such as 127.0.0.1:9180 or [::1]:9180.")
        }
        guard Duration(text: timeout).map({ $0 > .zero }) == true else {
            throw ValidationError("'\(timeout)' is no duration such as 500ms or 2s.")
        }
    }

    func run() async throws {
        let health = await ask(try address())
        global.write(health)
        if !health.isWell { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    private func address() throws -> ListenAddress {
        var address = AdminSection().listen
        if let admin = admin.flatMap({ ListenAddress($0) }) { address = admin }
        if let config { address = try ConfigurationFile.load(config).admin.listen }
        guard address.port != 0 else {
            throw CommandFailure(
                .configuration, "Could not ask the agent: its admin address has no port of its own. Set admin.listen.")
        }
        return address
    }

    private func ask(_ address: ListenAddress) async -> Health {
        var health = Health(isWell: false, question: question.rawValue, admin: "\(address)", reason: "")
        do throws(HTTPFailure) {
            let call = HTTPCall("GET", question == .live ? "/livez" : "/readyz")
            let answer = try await call.send(
                to: HTTPService(host: address.loopback, port: address.port), within: Duration(text: timeout) ?? .seconds(2))
            health.isWell = answer.status == 200
            let words = answer.text.split(whereSeparator: \.isNewline).joined(separator: "; ").prefix(500)
            health.reason = words.isEmpty ? "it answered \(answer.status)" : String(words)
        } catch {
            health.reason = error.reason
        }
        return health
    }
}

/// What `healthcheck` found out.
private struct Health: Renderable {
    var isWell: Bool
    var question: String
    var admin: String
    var reason: String

    var text: String { (isWell ? "\(question): \(reason)" : "not \(question): \(reason) (\(admin))").printable }
}
