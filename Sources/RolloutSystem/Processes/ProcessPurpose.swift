/// Why a process is started or signaled. Named so that a test can fail or crash exactly that step, and walk all of them.
package enum ProcessPurpose: String, CaseIterable, Sendable {
    // A backend's life: started, asked to stop, made to stop.
    case backendStart, backendStop, backendKill
    /// A backend that an earlier, killed agent left behind.
    case orphanStop, orphanKill
    /// One request of the embedded WAGI host.
    case guestStart, guestKill
    /// A command from the configuration: an activation hook, the `command` strategy.
    case hookStart, hookKill
    /// The `signal` and `systemd` strategies.
    case serverSignal, unitControl
    /// Asking a tool what it is: `spin --version`, an engine's version.
    case probeStart, probeKill
    /// The agents and commands of `wasmrollout demo`.
    case demoStart, demoStop
}
