import RolloutSystem
import SystemPackage

/// A program that runs one WASI preview 1 module and ends.
package struct WagiEngine: Hashable, Sendable, Codable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case wasmkit, wasmtime
    }

    package var kind: Kind
    /// Absolute.
    package var executable: String
    /// Whether it can give the guest another `argv[0]` than the module's path (`wasmtime` can, `wasmkit` only after
    /// 0.3.1).
    package var takesProgramName: Bool
    /// What `--version` printed.
    package var version: String

    package init(kind: Kind, executable: String, takesProgramName: Bool, version: String) {
        self.kind = kind
        self.executable = executable
        self.takesProgramName = takesProgramName
        self.version = version
    }

    /// The engine's arguments for one run of `module`.
    ///
    /// - Parameters:
    ///   - arguments: the guest's, with the program's name first; an engine that cannot set it shows the module's path.
    ///   - hasFiles: the working directory holds the component's files and is the guest's root.
    func arguments(module: String, arguments: [String], environment: [String: String], hasFiles: Bool) -> [String] {
        var list = ["run"]
        if takesProgramName, let name = arguments.first { list += ["--argv0", name] }
        for (name, value) in passable(environment).sorted(by: { $0.key < $1.key }) { list += ["--env", "\(name)=\(value)"] }
        // wasi-libc resolves absolute paths against a directory opened as `.` too, so that both engines look alike to
        // the guest.
        if hasFiles { list += kind == .wasmtime ? ["--dir", ".::/"] : ["--dir", "."] }
        return list + [module] + arguments.dropFirst()
    }

    /// What the engine cannot do, for people; `nil` when it can do all that WAGI asks.
    package var limitation: String? {
        kind == .wasmkit
            ? "wasmkit takes no environment values that are empty or hold '='; guests find such variables unset, QUERY_STRING "
                + "among them, and must read the query from their arguments; and their clock counts from the machine's start"
            : nil
    }

    /// `wasmkit run --env` (0.1.6) refuses `NAME=` and cuts `NAME=a=b` off behind `a`: unset is better than wrong.
    private func passable(_ environment: [String: String]) -> [String: String] {
        kind == .wasmkit ? environment.filter { !$0.value.isEmpty && !$0.value.contains("=") } : environment
    }
}

extension WagiEngine {
    /// The engine at `path`, or the first one on PATH: `wasmtime`, which compiles, before `wasmkit`, which interprets.
    package static func find(
        at path: FilePath? = nil, inherited: [String: String], launcher: any ProcessLauncher
    ) async throws(RuntimeError) -> WagiEngine {
        var candidates: [(Kind, FilePath)] = []
        if let path {
            let name = path.lastComponent?.string ?? ""
            candidates.append((name.contains("wasmtime") ? .wasmtime : .wasmkit, path))
        } else {
            for kind in [Kind.wasmtime, .wasmkit] {
                if let found = launcher.find(kind.rawValue, searchPath: inherited["PATH"] ?? "") {
                    candidates.append((kind, found))
                }
            }
        }
        for (kind, executable) in candidates {
            let version = await ToolProbe.run(executable, ["--version"], environment: inherited, launcher: launcher)
            guard let version else { continue }
            let help = await ToolProbe.run(executable, ["run", "--help"], environment: inherited, launcher: launcher)
            return WagiEngine(
                kind: kind, executable: executable.string, takesProgramName: help?.contains("--argv0") ?? false,
                version: String(version.prefix { $0 != "\n" }))
        }
        let reason = candidates.first.map { "\($0.1) does not run" } ?? "there is no 'wasmtime' and no 'wasmkit' on PATH"
        throw RuntimeError(
            .unavailable,
            "Could not find an engine for WASI modules: \(reason). Install one (wasmkit comes with the Swift toolchain), name it "
                + "in the configuration, or install Spin.")
    }
}
