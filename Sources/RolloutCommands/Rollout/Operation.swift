import ReleaseStore
import RolloutCore

/// A change to what was released before: what the log says now, and the means to say something new.
struct Operation {
    let volume: Volume
    let app: AppName
    let publisher: Publisher
    let message: String
    let labels: ReleaseLabels
    /// The newest record, accepted as a host would.
    let head: AcceptedHead

    init(_ volume: Volume, _ app: AppName, publisher: Publisher, message: String) throws {
        self.volume = volume
        self.app = app
        self.publisher = publisher
        self.message = message
        self.labels = ReleaseLabels(volume)
        guard let head = try publisher.head() else {
            throw CommandFailure(
                .badData, "Could not find a release of app '\(app)': its log is empty. Publish one with `wasmrollout publish`.")
        }
        self.head = head
    }

    var state: LogState { head.state }

    /// Where a channel stands; throws when it has no release.
    func channel(_ name: ChannelName) throws -> ChannelState {
        if let channel = state.channels[name] { return channel }
        let known = state.channels.keys.sorted().map(\.description).joined(separator: ", ")
        throw CommandFailure(
            .badData,
            "Could not find channel '\(name)' of app '\(app)': it has no release (there is \(known)). Check --channel.")
    }

    /// The open rollout of a channel; throws when there is none.
    ///
    /// - Parameter action: completes "Could not ".
    func rollout(_ name: ChannelName, to action: String) throws -> OpenRollout {
        let channel = try channel(name)
        if let rollout = channel.rollout { return rollout }
        throw refusal(
            action, "no rollout is open on channel '\(name)': \(label(channel.target)) is promoted", "See `wasmrollout status`."
        )
    }

    func refusal(_ action: String, _ reason: String, _ remedy: String) -> CommandFailure {
        CommandFailure(.badData, "Could not \(action): \(reason). \(remedy)".printable)
    }

    func label(_ release: Digest) -> String { labels.name(release).text }

    /// What a coordinator that looked now would make of the open rollout; `nil` when there is none.
    func rollout(_ name: ChannelName, in head: AcceptedHead) throws -> RolloutStatus? {
        let now = CommandHost.now
        let reports = try StatusBoard(volume, app: app).reports(at: now)
        let lease = try? LeaseFile(layout: volume.layout, app: app).read(in: CommandHost.files)
        return RolloutStatus(name, head: head, app: app, reports: reports, lease: lease, labels: labels, now: now)
    }

    /// Who last made a change such as this one: `, by alice in record 14 (2026-…): why`. Empty when that is long ago.
    func blame(where isIt: (Change) -> Bool) -> String {
        let record = RecordHistory(volume, app: app).newest(from: head.sequence) { isIt($0.change) }
        return record.map { ", \($0.blame)" } ?? ""
    }

    /// Writes a change.
    func write(_ change: Change, on channel: ChannelName? = nil, _ done: String) throws -> OperationResult {
        result(of: try append(change), on: channel, done)
    }

    func append(_ change: Change) throws -> Appended {
        do throws(StoreError) {
            return try publisher.operate(change, message: message)
        } catch {
            throw Obstacle(volume, app: app).explain(error, on: change.channel)
        }
    }

    func result(of appended: Appended, on channel: ChannelName?, _ done: String) -> OperationResult {
        var result = OperationResult(app: app, channel: channel, done: "\(done): record \(appended.record.sequence).")
        result.sequence = appended.record.sequence
        result.change = appended.record.change
        result.warnings = appended.warnings
        if let channel { result.next += next(channel, after: appended) }
        return result
    }

    /// What was asked for is so already.
    func nothing(_ words: String, on channel: ChannelName? = nil) -> OperationResult {
        OperationResult(app: app, channel: channel, done: "\(words). Nothing was written.")
    }

    /// What comes next on a channel, after a record.
    private func next(_ channel: ChannelName, after appended: Appended) -> [String] {
        let record = appended.record
        let head = AcceptedHead(
            volume: record.volume, sequence: record.sequence, digest: appended.digest, time: record.time, state: record.state)
        guard let rollout = try? rollout(channel, in: head) else { return [] }
        var next = ["\(rollout.headline) \(rollout.reason)"]
        if rollout.coordinator == nil, [.openWave, .promote, .rollBack].contains(rollout.verdict) {
            next.append("No agent coordinates just now: one with [coordinator] does that, or `wasmrollout promote` by hand.")
        }
        return next
    }
}
