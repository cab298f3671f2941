/// This program's version, as in `--version`, statuses and metrics.
package enum AgentVersion {
    package static let current = "0.1.0"
}
