import Glibc
import Logging
import RolloutCore

/// The agent's log: one line an event on standard error. In text the message comes first and the facts after it; in JSON every fact
/// is a field, so that a constant message can be searched for and its facts counted.
struct StandardErrorLog: LogHandler {
    enum Format { case text, json }

    let format: Format
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
            let tail = facts.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
            Console.writeError("\(time) \(event.level.rawValue): \(event.message.description.printable)\(tail)")
        case .json:
            var fields = Dictionary(facts.map { ($0.key, "\($0.value)") }, uniquingKeysWith: { first, _ in first })
            fields["time"] = time.description
            fields["level"] = event.level.rawValue
            fields["message"] = event.message.description
            Console.writeError(JSONText.compact(fields))
        }
    }

    private static func quoted(_ value: String) -> String {
        let value = value.printable
        guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return value }
        return "\"\(value.replacing("\"", with: "\\\""))\""
    }
}
