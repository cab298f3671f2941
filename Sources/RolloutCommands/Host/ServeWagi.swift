import ArgumentParser
import Glibc
import RolloutSystem
import Runtimes

/// `wasmrollout serve-wagi`: the embedded host's process, started by the agent.
struct ServeWagi: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve one release of WAGI modules (started by the agent).",
        discussion: """
            Example:
              wasmrollout serve-wagi /var/lib/wasmrollout/shop/scratch/1/wagi.json
            """,
        shouldDisplay: false)

    @Argument(help: "What to serve: a plan that the agent wrote.", completion: .file())
    var plan: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let status = await WagiServer.run([plan], launcher: makeLauncher(), inherited: CommandHost.environment)
        throw ExitCode(status)
    }
}
