/// Builds a page in Prometheus' text format 0.0.4.
struct PrometheusText {
    private(set) var page = ""

    enum Kind: String { case counter, gauge, histogram, summary }

    /// Begins a metric; its samples follow.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
        page +=
            "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: some BinaryInteger) {
        page += "\(name)\(Self.text(labels)) \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], seconds value: Double) {
        page += "\(name)\(Self.text(labels)) \(value)\n"
    }

    private static func text(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
