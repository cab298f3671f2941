import RolloutCore

/// What the embedded host says on its standard error when it answered instead of a guest, and why: one line.
package struct FailedRequest: Hashable, Sendable {
    package var component: String
    package var defect: WagiDefect

    init(component: String, defect: WagiDefect) {
        self.component = component
        self.defect = defect
    }

    var line: String { "component '\(component)' failed a request (\(defect.kind.rawValue)): \(defect.reason)" }

    /// `nil` when it is another line.
    init?(line: String) {
        guard let match = line.wholeMatch(of: /component '([^']*)' failed a request \(([a-z-]+)\): (.*)/),
            let kind = WagiDefect.Kind(rawValue: String(match.2))
        else { return nil }
        self.init(component: String(match.1), defect: WagiDefect(kind, String(match.3)))
    }
}
