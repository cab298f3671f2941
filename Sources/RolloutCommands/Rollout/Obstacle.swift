import ReleaseStore
import RolloutCore

/// Says who put in the way what kept a change from being written: a hold, a freeze, a quarantine.
struct Obstacle {
    private let volume: Volume
    private let app: AppName

    init(_ volume: Volume, app: AppName) {
        self.volume = volume
        self.app = app
    }

    /// The error, with who and why when that is known.
    ///
    /// - Parameter channel: that the change was for; `nil`: none.
    func explain(_ error: StoreError, on channel: ChannelName?) -> StoreError {
        guard let newest = try? ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record else { return error }
        let state = channel.flatMap { newest.state.channels[$0] }
        let isIt: (Change) -> Bool
        let way: String
        if case .quarantined(let release) = error.code {
            isIt = { $0 == .quarantine(release: release) }
            way = "`wasmrollout quarantine \(release.short) --lift` allows it again."
        } else if error.code != .illegalStep {
            return error
        } else if let channel, let state, state.held {
            isIt = { $0 == .hold(channel: channel) }
            way = "`wasmrollout resume` ends the hold."
        } else if let channel, let state, state.frozenUntil(at: CommandHost.now) != nil {
            isIt = { if case .freeze(channel, let windows) = $0 { !windows.isEmpty } else { false } }
            way = "`wasmrollout freeze lift` ends it sooner."
        } else {
            return error
        }
        guard let record = RecordHistory(volume, app: app).newest(from: newest.sequence, where: { isIt($0.change) }) else {
            return error
        }
        return StoreError(error.code, error.action, error.reason, "That was \(record.blame.sentence) \(way)")
    }
}

extension Record {
    /// `by alice in record 14 (2026-…): why`.
    var blame: String {
        "by \(who) in record \(sequence) (\(time))\(message.isEmpty ? "" : ": \(message)")".printable
    }
}
