import RolloutCore

/// Why something cannot be published: "Could not publish <object>: <reason>. <Remedy>."
package struct ReleaseSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the person named, or the part of it that is at fault.
    package var object: String
    package var reason: String
    package var remedy: String

    package init(_ object: String, _ reason: String, remedy: String) {
        self.object = object
        self.reason = reason
        self.remedy = remedy
    }

    init(_ object: String, _ defect: ArtifactDefect) { self.init(object, defect.reason, remedy: defect.remedy) }

    init(_ object: String, _ error: ContentError) {
        self.init(object, error.reason, remedy: "Check that the file is complete and is not being written")
    }

    package var description: String { "Could not publish \(object): \(reason). \(remedy)." }
}
