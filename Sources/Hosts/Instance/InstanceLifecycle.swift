import Logging
import RolloutCore
import RolloutSystem

/// A machine: systemd is told how the agent is, and the metadata service of an EC2 instance tells what becomes of the machine.
package struct InstanceLifecycle: HostLifecycle {
    private let manager: ServiceManager?
    private let notices: InstanceNotices?
    private let logger: Logger

    package init(_ host: HostProfile, environment: [String: String], files: any FileSystem, logger: Logger) {
        self.manager = ServiceManager(environment)
        self.notices = host.source == .ec2 ? InstanceNotices(InstanceMetadata(environment, files), logger: logger) : nil
        self.logger = logger
    }

    /// A quarter of the time after which systemd kills: a beat may be late twice.
    package var heartbeat: Duration? { manager?.watchdog.map { $0 / 4 } }

    package func ready() async { tell("READY=1") }

    package func deciding() async { tell("WATCHDOG=1") }

    package func describe(_ words: String) async { tell("STATUS=\(words)") }

    package func stopping(within limit: Duration) async {
        let microseconds = limit.milliseconds.multipliedReportingOverflow(by: 1000)
        tell(
            "STOPPING=1", "STATUS=Finishes the requests in flight",
            "EXTEND_TIMEOUT_USEC=\(microseconds.overflow ? .max : microseconds.partialValue)")
    }

    package func follow(_ note: @escaping @Sendable (HostNotice) async -> Void) async { await notices?.follow(note) }

    private func tell(_ assignments: String...) {
        guard let manager else { return }
        let error = manager.tell(assignments)
        if error != 0 {
            logger.warning("The service manager cannot be told", metadata: ["what": "\(assignments)", "error": "\(error)"])
        }
    }
}
