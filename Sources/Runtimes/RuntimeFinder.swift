import RolloutSystem
import SystemPackage

/// Which runtimes a host has, for `doctor` and for the configuration `kind = "auto"`.
package struct RuntimeFinder: Sendable {
    /// One program that was looked for.
    package struct Finding: Hashable, Sendable {
        /// `spin`, `wasmtime`, `wasmkit`.
        package var name: String
        /// `nil` when it is not on PATH.
        package var executable: FilePath?
        /// What it says of itself; `nil` when it is missing or does not run.
        package var version: String?
        /// Why it cannot be used; `nil` when it can.
        package var problem: String?
        /// What it cannot do although it can be used; `nil` when nothing is missing.
        package var limitation: String?
    }

    private let launcher: any ProcessLauncher
    private let inherited: [String: String]

    /// - Parameter inherited: the agent's environment.
    package init(launcher: any ProcessLauncher, inherited: [String: String]) {
        self.launcher = launcher
        self.inherited = inherited
    }

    /// Spin first, then the engines in the order in which they are preferred.
    package func findings() async -> [Finding] {
        var findings: [Finding] = []
        for name in ["spin", "wasmtime", "wasmkit"] { findings.append(await finding(name)) }
        return findings
    }

    /// `.spin` when a usable Spin is on PATH, else `.wagi`, whether an engine is there or not: then every start says
    /// what is missing.
    package func automatic() async -> RuntimeKind { await finding("spin").problem == nil ? .spin : .wagi }

    private func finding(_ name: String) async -> Finding {
        guard let executable = launcher.find(name, searchPath: inherited["PATH"] ?? "") else {
            return Finding(name: name, problem: "it is not on PATH")
        }
        let output = await ToolProbe.run(executable, ["--version"], environment: inherited, launcher: launcher)
        guard let output, let version = output.split(separator: "\n").first.map(String.init) else {
            return Finding(name: name, executable: executable, problem: "it does not run")
        }
        var problem: String?
        if name == "spin" {
            if let found = SpinVersion(output: output) {
                if found < .oldest { problem = "it is older than \(SpinVersion.oldest)" }
            } else {
                problem = "it does not tell its version as Spin does"
            }
        }
        let limitation = WagiEngine.Kind(rawValue: name).flatMap {
            WagiEngine(kind: $0, executable: executable.string, takesProgramName: true, version: version).limitation
        }
        return Finding(name: name, executable: executable, version: version, problem: problem, limitation: limitation)
    }
}
