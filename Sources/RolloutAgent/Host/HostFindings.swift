import Hosts
import Logging

/// What an operator reads about who this host is.
enum HostFindings {
    static func log(_ detection: HostDetection, as host: HostProfile, to logger: Logger) {
        for finding in detection.findings {
            let facts: Logger.Metadata = ["source": "\(finding.source.words)", "reason": "\(finding.detail)"]
            switch finding.outcome {
            case .used: break
            case .absent: logger.debug("A source of identity is not there", metadata: facts)
            case .unusable: logger.warning("A source of identity cannot be used; serving goes on without it", metadata: facts)
            }
        }
        let labels = host.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        logger.info(
            "Knows its host",
            metadata: [
                "host": "\(host.id)", "kind": "\(host.kind.rawValue)", "source": "\(host.source.words)",
                "detail": "\(detection.findings.last?.detail ?? "")", "labels": "\(labels)",
            ])
    }
}
