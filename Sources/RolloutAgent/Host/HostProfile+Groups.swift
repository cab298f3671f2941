import Hosts

extension HostProfile {
    /// What waves choose it by: its labels, and its kind as `kind`.
    var groupLabels: [String: String] { labels.merging(["kind": kind.rawValue]) { $1 } }
}
