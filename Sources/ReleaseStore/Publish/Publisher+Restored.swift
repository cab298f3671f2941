import RolloutCore

/// Hosts that have accepted what the log does not have: the volume was restored from an older copy. They go on serving, and follow
/// nothing until somebody has given each of them a word. Statuses are claims; so all this does is ask.
extension Publisher {
    /// What the hosts say that are there. To be read before the log is, so that no host can be ahead of what is read.
    func presentHosts() -> [HostStatus] {
        guard let volume = try? Volume.open(at: root, in: fileSystem),
            let entries = try? StatusBoard(volume, app: app).all()
        else { return [] }
        return entries.compactMap { try? $0.status.get() }.filter { $0.report.isThere(at: now) }
    }

    /// Those that do not follow a log which ends so.
    static func strangers(to head: AcceptedHead?, among statuses: [HostStatus]) -> [HostStatus] {
        statuses.filter { status in
            if status.blocked?.kind == .log { return true }
            guard status.acceptedSequence >= head?.sequence ?? 0, let digest = status.acceptedDigest else { return false }
            return status.acceptedSequence > head?.sequence ?? 0 || digest != head?.digest
        }
    }

    static func words(_ hosts: [HostStatus]) -> String {
        let names = hosts.prefix(3).map(\.host.description).joined(separator: ", ")
        let more = hosts.count > 3 ? " and \(hosts.count - 3) more" : ""
        let have = hosts.count == 1 ? "has" : "have"
        let newest = hosts.map(\.acceptedSequence).max() ?? 0
        return
            "\(names)\(more) \(have) accepted records (up to \(newest)) that this log does not have: the volume was restored from an older copy, "
            + "or exchanged"
    }

    /// Throws when a release would come behind what hosts do not follow, and nobody said that this is meant.
    func requireNotRestored(_ head: AcceptedHead?, _ statuses: [HostStatus]) throws(StoreError) {
        let strangers = Self.strangers(to: head, among: statuses)
        guard !isAfterRestore, !strangers.isEmpty else { return }
        throw StoreError(
            .refused, "publish to app '\(app)'", Self.words(strangers),
            "Restore the newer copy; or, if there is none, publish with --after-restore and then run `wasmrollout accept-log` on each of "
                + "these hosts. They serve on meanwhile.")
    }
}
