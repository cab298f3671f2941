/// `[log]`: what the agent writes to standard error.
package struct LogSection: Hashable, Sendable {
    package enum Level: String, CaseIterable, Sendable { case debug, info, warning, error }
    package enum Format: String, CaseIterable, Sendable { case text, json }

    package var level: Level
    package var format: Format

    package init(level: Level = .info, format: Format = .text) {
        self.level = level
        self.format = format
    }

    init(_ section: ConfigurationSection) {
        let defaults = LogSection()
        self.level = section.choice("level", default: defaults.level)
        self.format = section.choice("format", default: defaults.format)
        section.refuseUnknown()
    }
}
