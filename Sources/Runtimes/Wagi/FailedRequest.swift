/// The line by which the embedded host says that it answered instead of a guest, and why.
enum FailedRequest {
    static func line(component: String, defect: String) -> String { "component '\(component)' failed a request: \(defect)" }

    /// The line itself, when it is such a line.
    static func reason(in line: String) -> String? {
        line.hasPrefix("component '") && line.contains("' failed a request: ") ? line : nil
    }
}
