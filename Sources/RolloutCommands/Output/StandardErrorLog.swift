import Glibc
import Logging
import RolloutCore

/// The agent's log: one line an event on standard error. In text the message comes first and the facts after it; in JSON every fact
/// is a field, so that a constant message can be searched for and its facts counted.
struct StandardErrorLog: LogHandler {
    enum Format { case text, json }

    let format: Format
    /// Whether standard error goes to the journal, which then wants a priority before each line.
    var isJournal = false
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = (event.metadata ?? [:]).merging(metadata) { own, _ in own }.sorted { $0.key < $1.key }
        let time = CommandHost.now
        switch format {
        case .text:
            let time = isJournal ? "" : "\(time) "
            let tail = facts.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
            Console.writeError(
                "\(priority(of: event.level))\(time)\(event.level.rawValue): \(event.message.description.printable)\(tail)")
        case .json:
            var fields = Dictionary(facts.map { ($0.key, "\($0.value)") }, uniquingKeysWith: { first, _ in first })
            fields["time"] = time.description
            fields["level"] = event.level.rawValue
            fields["message"] = event.message.description
            Console.writeError(priority(of: event.level) + JSONText.compact(fields))
        }
    }

    /// sd-daemon(3): `<N>` at the start of a line, with syslog's levels; the journal takes it off.
    private func priority(of level: Logger.Level) -> String {
        guard isJournal else { return "" }
        return switch level {
        case .trace, .debug: "<7>"
        case .info: "<6>"
        case .notice: "<5>"
        case .warning: "<4>"
        case .error: "<3>"
        case .critical: "<2>"
        }
    }

    private static func quoted(_ value: String) -> String {
        let value = value.printable
        guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return value }
        return "\"\(value.replacing("\"", with: "\\\""))\""
    }
}
