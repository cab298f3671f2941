import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Compares what a host has accepted with the log that is on its volume, and gives an operator's word that the latter is right.
struct OtherLog {
    /// The volume's.
    let root: FilePath
    let layout: LocalLayout
    let policy: TrustPolicy?

    /// What this host has accepted, and why it does not follow the log; `nil` when it does.
    func refusal() throws -> (accepted: AcceptedHead, serving: Digest?, refusal: TrustRefusal)? {
        guard let record = try hostRecord(), let accepted = record.accepted else { return nil }
        var follower = LogFollower(root: root, app: layout.app, policy: policy, resuming: accepted)
        let look = follower.look(in: CommandHost.files, now: CommandHost.now)
        if let failure = look.failure { throw failure }
        guard let refusal = look.refusal, refusal.isOfAnotherLog else { return nil }
        return (accepted, record.serving?.release, refusal)
    }

    func give(isDryRun: Bool) throws -> AcceptedLog {
        var result = AcceptedLog(app: layout.app, accepted: nil, newest: nil, isDryRun: isDryRun)
        guard let found = try refusal() else {
            result.accepted = try hostRecord()?.accepted?.sequence
            return result
        }
        var follower = LogFollower(root: root, app: layout.app, policy: policy, resuming: nil)
        let look = follower.look(in: CommandHost.files, now: CommandHost.now)
        if let failure = look.failure { throw failure }
        if let refusal = look.refusal { throw refusal }
        guard let head = look.accepted else {
            throw CommandFailure(
                .badData,
                "Could not accept the log of app '\(layout.app)': it is empty. Publish first: the host serves on until then.")
        }
        if !isDryRun {
            try LogConsentFile(layout, in: CommandHost.files).write(
                LogConsent(head, who: CommandHost.author, at: CommandHost.now))
        }
        let labels = ReleaseLabels(try Volume.open(at: root, in: CommandHost.files))
        result.accepted = found.accepted.sequence
        result.newest = head.sequence
        result.serving = found.serving.map(labels.name)
        result.targets = head.state.channels.sorted { $0.key < $1.key }.map {
            ChannelTarget(channel: $0.key, target: labels.name($0.value.target))
        }
        return result
    }

    private func hostRecord() throws -> HostRecord? {
        guard try CommandHost.files.status(layout.root, for: .storeRead) != nil else { return nil }
        return try HostRecordFile(LocalStore(layout: layout, fileSystem: CommandHost.files)).read()
    }
}
