import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import RolloutCore
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `spin trigger http`: reads everything once, "compiles", then catches signals, binds, says so, and serves.
enum SpinTrigger {
    static func run(_ arguments: [String]) async {
        let options = TriggerOptions(arguments)
        let app = readLock()
        let logs = prepareDirectories(options)
        if !options.isQuiet, let logs { printError("Logging component stdio to \"\(logs)/\"") }
        let behaviors = app.components.map { load($0) }
        for behavior in behaviors { await compile(behavior) }
        catchSignals(ignore: behaviors.contains { $0?.has("ignore-term") ?? false })
        do {
            let service = AppService(app: app, behaviors: behaviors, logs: logs)
            let channel = try await bind(options, service)
            announce(app, options, channel.localAddress?.port ?? options.port)
            service.startTimers()
            try await channel.closeFuture.get()
        } catch {
            fail("Error: \(error)")
        }
    }

    private static func readLock() -> LockedApp {
        let path = (environment("SPIN_LOCKED_URL") ?? "").dropFirst("file://".count)
        guard let data = try? Data(contentsOf: URL(filePath: String(path))),
            let app = try? JSONDecoder().decode(LockedApp.self, from: data)
        else { fail("Error: Failed to load app from SPIN_LOCKED_URL") }
        return app
    }

    /// The directories Spin wants to write to, each of which ends the start when it cannot be made.
    private static func prepareDirectories(_ options: TriggerOptions) -> FilePath? {
        let state = options.stateDirectory ?? ((environment("SPIN_LOCAL_APP_DIR") ?? ".") + "/.spin")
        if !state.isEmpty { makeTree(FilePath(state)) }
        if !options.disablesCache {
            let cache = environment("XDG_CACHE_HOME") ?? environment("HOME").map { $0 + "/.cache" }
            guard let cache else { fail("Error: failed to find the cache directory: HOME is not set") }
            makeTree(FilePath(cache).appending("wasmtime"))
        }
        if options.logDirectory == "" || state.isEmpty && options.logDirectory == nil { return nil }
        let logs = FilePath(options.logDirectory ?? state + "/logs")
        makeTree(logs)
        return logs
    }

    private static func load(_ component: LockedApp.Component) -> Behavior? {
        guard let source = component.source else { return nil }
        guard let data = try? Data(contentsOf: URL(filePath: source)) else {
            fail("Error: failed to load component \"\(component.id)\"\n\nCaused by:\n    failed to read \(source)")
        }
        do {
            return try Behavior(wasm: Array(data))
        } catch {
            fail("Error: failed to compile component \"\(component.id)\"\n\nCaused by:\n    \(error.reason)")
        }
    }

    private static func compile(_ behavior: Behavior?) async {
        let delay = behavior?.number("compile-ms") ?? environment("STAND_IN_COMPILE_MS").flatMap { Int($0) } ?? 0
        if delay > 1250 {
            try? await Task.sleep(for: .milliseconds(1250))
            printError("Preparing Wasm modules is taking a few seconds...")
        }
        try? await Task.sleep(for: .milliseconds(delay > 1250 ? delay - 1250 : delay))
        for index in 0..<(behavior?.number("stderr-lines") ?? 0) { printError("stand-in line \(index)") }
        if let code = behavior?.number("exit-at-start") {
            fail("Error: the artifact told the stand-in to exit", code: Int32(code))
        }
        while behavior?.has("never-ready") ?? false { try? await Task.sleep(for: .seconds(3600)) }
    }

    /// No drain: the process is gone at once, with every request in flight.
    private static func catchSignals(ignore: Bool) {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            if ignore { signal(number, SIG_IGN) } else { signal(number) { _ in _exit(0) } }
        }
    }

    private static func bind(_ options: TriggerOptions, _ service: AppService) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(AppHandler(service: service))
                }
            }
        for attempt in 0..<(options.findsFreePort ? 10 : 1) {
            do {
                return try await bootstrap.bind(host: options.host, port: options.port + attempt).get()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
        fail(
            "Error: \(options.host):\(options.port) is already in use. To have Spin search for a free port, "
                + "use the --find-free-port option.")
    }

    private static func announce(_ app: LockedApp, _ options: TriggerOptions, _ port: Int) {
        guard !options.isQuiet else { return }
        let base = "http://\(BackendAddress(host: options.host, port: port))"
        let routes = app.components.compactMap { component in component.route.map { (component, Route($0)) } }
        if options.writesJSON {
            let list = routes.map {
                "{\"id\": \"\($0.id)\", \"route\": \"\(base)\($1.basedPrefix)\", \"wildcard\": \($1.isWildcard)}"
            }
            say("{\n  \"base_url\": \"\(base)\",\n  \"routes\": [\(list.joined(separator: ", "))]\n}")
            return
        }
        var lines = ["", "Serving \(base)", "Available Routes:"]
        for (component, route) in routes {
            lines.append("  \(component.id): \(base)\(route.basedPrefix)\(route.isWildcard ? " (wildcard)" : "")")
            if let description = component.description { lines.append("    \(description)") }
        }
        say(lines.joined(separator: "\n"))
    }
}
