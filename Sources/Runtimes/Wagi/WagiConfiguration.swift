import SystemPackage

/// How the embedded host is started.
package struct WagiConfiguration: Sendable {
    /// Absolute, or `nil` to search PATH for `wasmtime`, then `wasmkit`.
    package var engine: FilePath?
    package var limits = WagiLimits()
    /// The program that calls `WagiServer.run`: the agent's own.
    package var host: FilePath = "/proc/self/exe"
    /// What makes it do so; the plan's path follows.
    package var hostArguments = ["serve-wagi"]

    package init(engine: FilePath? = nil) { self.engine = engine }
}
