/// A configuration that cannot be used: where, why, what to do.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Every problem found, each a sentence that names its key.
    package var problems: [String]

    package init(_ problems: [String]) { self.problems = problems }

    package var description: String {
        "Could not use the configuration: " + problems.joined(separator: " ")
            + " Mend the file and try `wasmrollout config check`."
    }
}
