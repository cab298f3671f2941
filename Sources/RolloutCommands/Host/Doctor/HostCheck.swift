import Hosts
import RolloutAgent

/// Says which host this is, and why it is taken for that.
enum HostCheck {
    static func run(_ section: HostSection) async -> (profile: HostProfile, checks: [HealthCheck]) {
        let detector = HostDetector(environment: CommandHost.environment, files: CommandHost.files)
        let detection = await detector.detect(section.kind)
        let profile = detection.profile.overridden(by: section)
        var checks: [HealthCheck] = []
        for finding in detection.findings where finding.outcome == .unusable {
            checks.append(
                .warning(
                    "host", "\(finding.source.words): \(finding.detail)",
                    "Nothing depends on it. Mend it, or set host.kind and host.id."))
        }
        let absent = detection.findings.filter { $0.outcome == .absent }.map(\.detail)
        let why = section.kind == nil ? "from \(profile.source.words)" : "as host.kind says"
        let name = section.id == nil ? detection.findings.last?.detail ?? "" : "as host.id says"
        let zone = profile.labels["zone"].map { ", zone \($0)" } ?? ""
        let others = absent.isEmpty ? "" : "; " + absent.joined(separator: "; ")
        checks.append(.ok("host", "\(profile.kind.rawValue) \(profile.id)\(zone): \(why), \(name)\(others)"))
        return (profile, checks)
    }
}
