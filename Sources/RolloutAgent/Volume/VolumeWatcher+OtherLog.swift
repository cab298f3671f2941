import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem

extension AppLook {
    /// Begins anew with the log that is on the volume, if that is the one meant. Returns whether it is.
    func begin(anewWith consent: LogConsent) -> Bool {
        beginAnew { (follower, files) in
            guard let volume = try? Volume.open(at: follower.root, in: files) else { return false }
            return (try? consent.isFor(ReleaseLog(volume: volume, app: follower.app, policy: nil))) ?? false
        }
    }
}

extension VolumeWatcher {
    /// The log is not the one this host has followed so far. If an operator has said that it is to be accepted, the host forgets what
    /// it has accepted, and nothing else: it serves on, and accepts the log at the next look by the same rules as any new host.
    func followOtherLog(_ app: App) async {
        guard let consent = await app.agent.consent() else { return }
        let isMeant = await onLane { app.look.begin(anewWith: consent) } ?? false
        guard isMeant else { return }
        logger.notice(
            "An operator said to accept another log",
            metadata: ["app": "\(app.agent.app.name)", "who": "\(consent.who)", "sequence": "\(consent.sequence)"])
        app.agent.note(.logReplaced)
        hint()
    }
}
