import ReleaseStore
import RolloutCore

extension HostStatus {
    /// In a few words, as `systemctl status` shows them.
    var words: String {
        let what = serving.map { "serves \($0.release.short)" } ?? "serves nothing"
        let next = attempting.map { ", moving to \($0.release.short)" } ?? ""
        return "\(app) \(what) (\(health.rawValue))\(next)"
    }
}
