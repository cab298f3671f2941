import ReleaseStore
import RolloutCore

extension HostStatus {
    /// In a few words, as `systemctl status` shows them.
    var words: String {
        let what = serving.map { "serves \($0.release.short)" } ?? "serves nothing"
        let next = attempting.map { ", moving to \($0.release.short)" } ?? ""
        let warnings = ([rival.map { _ in "another agent has its id" }] + [clockAhead.map { _ in "its clock is wrong" }])
            .compactMap(\.self).map { "; " + $0 }.joined()
        return "\(app) \(what) (\(health.rawValue))\(next)\(warnings)"
    }
}
