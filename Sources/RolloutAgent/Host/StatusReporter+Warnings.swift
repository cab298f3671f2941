import Logging
import ReleaseStore
import RolloutCore

/// What the log says of what the statuses bring to light.
extension StatusReporter {
    /// Tells once that another agent came, or went.
    func tellRival(_ rival: RivalAgent?, instead previous: RivalAgent?, _ status: HostStatus) {
        guard (rival == nil) != (previous == nil) else { return }
        if let rival {
            logger.error(
                "Another agent reports as this host; serving goes on",
                metadata: [
                    "app": "\(status.app)", "host": "\(status.host)", "gateway": "\(rival.gateway ?? "unknown")",
                    "began": "\(rival.began.map { "\($0)" } ?? "unknown")",
                    "remedy": "give every host an id of its own (host.id)",
                ])
        } else {
            logger.notice(
                "No other agent reports as this host any more",
                metadata: ["app": "\(status.app)", "host": "\(status.host)"])
        }
        bell.ring()
    }

    /// Tells once that the clock went wrong, or right.
    func tellSkew(_ skew: ClockSkew, instead previous: ClockSkew?) {
        guard skew.isNotable != (previous?.isNotable ?? false) else { return }
        if skew.isNotable {
            logger.error(
                "The clock is wrong; serving goes on",
                metadata: ["reason": "\(skew.words)", "remedy": "let chrony or ntpd set this host's clock"])
        } else {
            logger.notice("The clock agrees with the volume's again")
        }
        bell.ring()
    }
}
