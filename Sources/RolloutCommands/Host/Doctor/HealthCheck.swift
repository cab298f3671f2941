/// One thing `doctor` looked at.
struct HealthCheck: Encodable, Hashable, Sendable {
    enum Verdict: String, Encodable, Sendable {
        case ok
        /// It works; something better should be done.
        case warning
        /// It will not work.
        case problem
    }

    var name: String
    var verdict: Verdict
    var detail: String
    /// What to do; `nil` when there is nothing to do.
    var remedy: String?

    static func ok(_ name: String, _ detail: String) -> Self { Self(name: name, verdict: .ok, detail: detail) }

    static func warning(_ name: String, _ detail: String, _ remedy: String) -> Self {
        Self(name: name, verdict: .warning, detail: detail, remedy: remedy)
    }

    static func problem(_ name: String, _ detail: String, _ remedy: String) -> Self {
        Self(name: name, verdict: .problem, detail: detail, remedy: remedy)
    }
}

/// What `doctor` shows.
struct Diagnosis: Renderable {
    var checks: [HealthCheck]
    var isGood: Bool

    init(_ checks: [HealthCheck]) {
        self.checks = checks
        self.isGood = !checks.contains { $0.verdict == .problem }
    }

    var text: String {
        let width = checks.map(\.name.count).max() ?? 0
        return checks.map { check in
            let sign =
                switch check.verdict {
                case .ok: "ok      "
                case .warning: "warning "
                case .problem: "PROBLEM "
                }
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            let remedy = check.remedy.map { " → \($0)" } ?? ""
            return "\(sign) \(name)  \(check.detail)\(remedy)".printable
        }.joined(separator: "\n")
    }
}
