import Glibc

/// The test process's own environment.
enum HostVariable {
    static func read(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

extension HostVariable {
    /// A program on PATH; `nil` when there is none.
    static func findProgram(_ name: String) -> String? {
        (read("PATH") ?? "").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
