/// Decides what a host must offer to run an artifact, by the rules Spin itself applies when it loads one
/// (spinframework/spin v4.0.2, crates/componentize and crates/http/src/trigger.rs).
package enum ArtifactNeed {
    /// How the Spin manifest wants the artifact run; `nil` when there is no manifest yet, only the artifact.
    package typealias Executor = RuntimeNeed

    /// - Throws: the reason no host could run it that way.
    package static func decide(_ facts: ArtifactFacts, executor: Executor?) throws(ArtifactDefect) -> RuntimeNeed {
        let able = try capability(of: facts)
        guard let executor, executor != able else { return able }
        switch executor {
        case .wagi:
            throw ArtifactDefect(
                reason: "its trigger has the wagi executor, but it is \(describe(facts)), not a command",
                remedy: "Remove 'executor = { type = \"wagi\" }' from its trigger")
        case .http:
            throw ArtifactDefect(
                reason:
                    "it is a command (\(facts.kind == .module ? "_start" : "wasi:cli/run")), which needs the wagi executor",
                remedy: "Add 'executor = { type = \"wagi\" }' to its trigger")
        }
    }

    /// What a person should know although it can be published.
    package static func warnings(_ facts: ArtifactFacts, need: RuntimeNeed) -> [String] {
        var warnings: [String] = []
        if facts.kind == .module, !facts.usesWitBindgen, let clang = facts.clangVersion, isBefore1507(clang) {
            warnings.append(
                "It was compiled with clang \(clang); Spin refuses commands from clang before 15.0.7 for a wasi-libc "
                    + "allocator bug. The embedded host runs it. Rebuild with wasi-sdk 19 or newer for Spin.")
        }
        if facts.kind == .component, need == .wagi {
            warnings.append("It is a WASI 0.2 command: Spin runs it under WAGI; wasmkit, which runs only core modules, cannot.")
        }
        if facts.kind == .component {
            if let preview3 = facts.exports.first(where: { $0.hasPrefix("wasi:http/handler@0.3") }) {
                warnings.append("It exports \(preview3); only a Spin that knows this very version of WASI 0.3 runs it.")
            }
            let strange = facts.imports.map(\.name).filter { name in
                name.contains(":") && !["wasi:", "fermyon:", "spin:"].contains { name.hasPrefix($0) }
            }
            if !strange.isEmpty {
                warnings.append(
                    "It imports \(strange.sorted().joined(separator: ", ")), which a host offers only through 'dependencies'.")
            }
        }
        return warnings
    }

    private static func capability(of facts: ArtifactFacts) throws(ArtifactDefect) -> RuntimeNeed {
        switch facts.kind {
        case .component:
            if handlers(facts).count > 1 {
                throw ArtifactDefect(
                    reason: "it exports \(handlers(facts).joined(separator: " and ")), and Spin takes exactly one handler",
                    remedy: "Export one of them only")
            }
            if !handlers(facts).isEmpty { return .http }
            if facts.exports.contains(where: { $0.hasPrefix("wasi:cli/run@") }) { return .wagi }
            throw ArtifactDefect(
                reason: "it is a component that exports neither a wasi:http handler nor wasi:cli/run"
                    + (facts.exports.isEmpty ? "" : ", but \(facts.exports.prefix(5).joined(separator: ", "))"),
                remedy: "Build it for the wasi:http/proxy world, for example with a Spin SDK")
        case .module:
            if facts.usesWitBindgen || facts.exports.contains("handle-http-request") { return .http }
            guard facts.exports.contains("_start") else {
                throw ArtifactDefect(
                    reason: "it is a module that exports no function _start, so nothing says where to begin",
                    remedy: "Build it as a command: for C with -mexec-model=command, for Rust as a binary crate with a main")
            }
            let foreign = Set(facts.imports.map(\.module)).subtracting([WASIPreview1.module]).sorted()
            guard foreign.isEmpty else {
                let example = facts.imports.first { $0.module == foreign[0] }.map { " (\($0))" } ?? ""
                throw ArtifactDefect(
                    reason:
                        "it imports from '\(foreign.joined(separator: "', '"))'\(example), and a host offers only \(WASIPreview1.module)",
                    remedy: "Build it for wasm32-wasip1 without browser or embedder bindings")
            }
            if let unknown = facts.imports.first(where: { !WASIPreview1.functions.contains($0.name) }) {
                throw ArtifactDefect(
                    reason: "it imports \(unknown), and no such function is in WASI preview 1, so no host offers it",
                    remedy: "Build it with a toolchain for wasm32-wasip1")
            }
            if let defect = facts.startDefect {
                throw ArtifactDefect(reason: defect, remedy: "Build it as a command; 'wasm-tools validate' says more")
            }
            return .wagi
        }
    }

    /// The handlers of which Spin takes exactly one.
    private static func handlers(_ facts: ArtifactFacts) -> [String] {
        facts.exports.filter {
            $0.hasPrefix("wasi:http/incoming-handler@0.2") || $0.hasPrefix("wasi:http/handler@0.3")
                || $0 == "fermyon:spin/inbound-http"
        }
    }

    private static func describe(_ facts: ArtifactFacts) -> String {
        switch facts.kind {
        case .component: "a component that exports \(handlers(facts).first ?? "a handler")"
        case .module: "a module with Spin's own or a wit-bindgen interface"
        }
    }

    private static func isBefore1507(_ version: String) -> Bool {
        let parts = version.prefix { $0 == "." || $0.isNumber }.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 3 else { return false }
        return (parts[0], parts[1], parts[2]) < (15, 0, 7)
    }
}
