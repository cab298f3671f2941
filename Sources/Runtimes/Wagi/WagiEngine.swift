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
    /// Whether it can give the guest another `argv[0]` than the module's path (`wasmtime` can, `wasmkit` only after 0.3.1).
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
    ///   - arguments: the guest's, with the program's name first; an engine that cannot set it shows the guest the module's path.
    ///   - hasFiles: the working directory holds the component's files and is the guest's root.
    func arguments(module: String, arguments: [String], environment: [String: String], hasFiles: Bool) -> [String] {
        var list = ["run"]
        if takesProgramName, let name = arguments.first { list += ["--argv0", name] }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { list += ["--env", "\(name)=\(value)"] }
        // wasi-libc resolves absolute paths against a directory opened as `.` too, so that both engines look alike to the guest.
        if hasFiles { list += kind == .wasmtime ? ["--dir", ".::/"] : ["--dir", "."] }
        return list + [module] + arguments.dropFirst()
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
                if let found = Executable.find(kind.rawValue, path: inherited["PATH"]) { candidates.append((kind, found)) }
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
            "Could not find an engine for WASI modules: \(reason). Install one (wasmkit comes with the Swift toolchain), name it in "
                + "the configuration, or install Spin.")
    }
}
