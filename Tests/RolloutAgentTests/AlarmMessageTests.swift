import Foundation
import Testing

/// The alarms in config/aws count messages of the agent's log: whoever changes one changes both.
@Suite struct AlarmMessageTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func everyMessageThatAnAlarmCountsIsWrittenByTheAgent() throws {
        let template = try String(
            contentsOf: Self.repository.appendingPathComponent("config/aws/wasmrollout.yaml"), encoding: .utf8)
        let messages = template.matches(of: /FilterPattern: '\{ \$\.message = "([^"]+)" \}'/).map { String($0.output.1) }
        #expect(messages.count >= 5)
        let agent = Self.repository.appendingPathComponent("Sources/RolloutAgent")
        let files = try #require(FileManager.default.enumerator(at: agent, includingPropertiesForKeys: nil))
        var sources = ""
        for case let file as URL in files where file.pathExtension == "swift" {
            sources += try String(contentsOf: file, encoding: .utf8)
        }
        for message in messages {
            #expect(sources.contains("\"\(message)\""), "config/aws/wasmrollout.yaml counts '\(message)', which nothing logs")
        }
    }
}
