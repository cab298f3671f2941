import RolloutAgent
import RolloutCore
import RolloutSystem
import Runtimes
import SystemPackage

/// Looks for what can run releases on this host.
enum RuntimeCheck {
    /// - Parameter needed: what the apps of a configuration ask for; empty when there is none.
    static func run(_ needed: [RuntimeSection]) async -> [HealthCheck] {
        let finder = RuntimeFinder(launcher: makeLauncher(), inherited: CommandHost.environment)
        let findings = await finder.findings()
        func found(_ names: [String]) -> RuntimeFinder.Finding? {
            findings.first { names.contains($0.name) && $0.problem == nil }
        }
        var checks: [HealthCheck] = []
        for finding in findings where finding.problem == nil {
            checks.append(.ok("runtime", "\(finding.executable?.string ?? finding.name): \(finding.version ?? "")"))
        }
        for finding in findings where finding.problem != nil && finding.executable != nil {
            checks.append(
                .warning(
                    "runtime", "\(finding.executable?.string ?? finding.name): \(finding.problem ?? "")", "Install it anew."))
        }
        let kinds = Set(needed.filter { $0.program == nil }.map(\.kind))
        if kinds.contains(.spin), found(["spin"]) == nil {
            checks.append(
                .problem("runtime", "a configuration wants Spin, and there is none", "Install Spin, or set runtime.program."))
        }
        if kinds.contains(.wagi), found(["wasmtime", "wasmkit"]) == nil {
            checks.append(
                .problem("runtime", "there is no engine for WAGI", "Install wasmtime, or the Swift toolchain's wasmkit."))
        }
        if kinds.contains(.auto) || needed.isEmpty, findings.allSatisfy({ $0.problem != nil }) {
            checks.append(
                .problem(
                    "runtime", "there is neither Spin nor wasmtime nor wasmkit on PATH",
                    "Install Spin; or wasmtime, for WAGI modules only."))
        } else if kinds.contains(.auto) || needed.isEmpty, found(["spin"]) == nil {
            checks.append(
                .warning("runtime", "there is no Spin: this host runs WAGI modules only", "Install Spin to run components."))
        }
        return checks
    }
}
