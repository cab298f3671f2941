import ArgumentParser
import RolloutSystem
import SystemPackage

/// `wasmrollout demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See it all on this machine: three hosts, load, an update in waves, a bad release, a rollback.",
        discussion: """
            Makes a volume and three agents in a temporary directory, a balancer in front of them, and a strict client that checks \
            every byte. Exit code 0: not one request failed; 1: one did. Everything is removed at the end.

            Example:
              wasmrollout demo --examples Examples/hello-wagi
            """)

    @Option(name: .long, help: "Where hello-v1.wasm, hello-v2.wasm and hello-v3-broken.wasm are.", completion: .directory)
    var examples = "Examples/hello-wagi"

    @Option(name: .long, help: "Client connections that are kept busy.")
    var connections = 6

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if !(1...64).contains(connections) { throw ValidationError("--connections must be 1 to 64.") }
    }

    func run() async throws {
        let artifacts = try DemoArtifacts(directory: CommandHost.absolute(examples))
        try await DemoArtifacts.requireRuntime()
        let place = try DemoPlace()
        let screen = DemoScreen(isQuiet: global.json)
        let script = DemoScript(artifacts: artifacts, place: place, screen: screen, connections: connections)
        let work = Task { try await script.run() }
        // Ctrl-C must not leave agents behind.
        StopSignals.shared.observe { _ in work.cancel() }
        let result = await work.result
        await place.cleanUp()
        screen.finish()
        guard !work.isCancelled else { throw ExitCode(130) }
        let outcome = try result.get()
        global.write(outcome)
        if !outcome.isGood { throw ExitCode(CommandStatus.failed.rawValue) }
    }
}
