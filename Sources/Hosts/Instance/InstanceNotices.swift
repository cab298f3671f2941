import Logging
import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Asks the metadata service of an EC2 instance what becomes of the instance: a spot interruption, or an end that its Auto Scaling
/// group decided.
struct InstanceNotices: Sendable {
    private struct SpotAction: Decodable {
        var action: String
        var time: String
    }

    private let metadata: InstanceMetadata
    private let logger: Logger
    private let interval: Duration

    /// How long an answer may take; nothing waits for it.
    private static let limit: Duration = .seconds(2)
    /// Between two questions when the service does not answer.
    private static let retry: Duration = .seconds(60)

    /// - Parameter interval: between two questions; AWS asks for 5 s.
    init(_ metadata: InstanceMetadata, interval: Duration = .seconds(5), logger: Logger) {
        self.metadata = metadata
        self.interval = interval
        self.logger = logger
    }

    /// Asks until cancelled; tells what changed.
    func follow(_ note: @escaping @Sendable (HostNotice) async -> Void) async {
        guard let service = try? metadata.service() else { return }
        var session: MetadataSession?
        var last: HostNotice?
        var problem: String?
        while !Task.isCancelled {
            var pause = interval
            do throws(NoAccount) {
                let deadline = ContinuousClock.now + Self.limit
                let current: MetadataSession
                if let session { current = session } else { current = try await .begin(service, until: deadline) }
                session = current
                let notice = try await notice(current, until: deadline)
                if notice != last { await note(notice ?? .stay) }
                last = notice
                problem = nil
            } catch {
                // Also a token that is too old. What was heard last stays true.
                if session == nil { pause = max(interval, Self.retry) }
                session = nil
                if problem != error.reason, !Task.isCancelled {
                    logger.debug("Cannot ask what becomes of the instance", metadata: ["reason": "\(error.reason)"])
                }
                problem = error.reason
            }
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    private func notice(
        _ session: MetadataSession, until deadline: ContinuousClock.Instant
    ) async throws(NoAccount) -> HostNotice? {
        if let text = try await session.value("spot/instance-action", until: deadline),
            let action = try? JSONDecoder().decode(SpotAction.self, from: Data(text.utf8))
        {
            // Written without the milliseconds that `Instant` wants.
            let time = Instant(action.time.replacing("Z", with: ".000Z"))
            return .leave(reason: "spot interruption (\(action.action.prefix(20)))", deadline: time)
        }
        if let state = try await session.value("autoscaling/target-lifecycle-state", until: deadline),
            ["Terminated", "Stopped", "Hibernated"].contains(where: { state.hasSuffix($0) })
        {
            return .leave(reason: "its Auto Scaling group wants it '\(state.prefix(40))'", deadline: nil)
        }
        return nil
    }
}
