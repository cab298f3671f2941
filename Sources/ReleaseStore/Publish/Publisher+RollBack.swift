import RolloutCore
import RolloutSystem

/// A rollback that was written.
package struct RollbackOutcome: Hashable, Sendable {
    package var appended: Appended
    /// How the release was found; `nil` when it was named.
    package var choice: RollbackChoice?
}

extension Publisher {
    /// Makes an earlier promoted release the target again; its blobs must still be on the volume.
    ///
    /// - Parameter release: `nil` for the newest that is fit for it: see `RollbackChoice`.
    package func rollBack(
        _ channel: ChannelName, to release: Digest? = nil, message: String
    ) throws(StoreError) -> RollbackOutcome {
        var choice: RollbackChoice?
        let appended = try append(message: message) { (head, volume) throws(StoreError) in
            let state = head?.state ?? .empty
            if let release {
                if state.channels[channel]?.promoted.contains(release) == true, try isGone(release, on: volume) {
                    throw gone(release)
                }
                return .rollBack(channel: channel, to: release)
            }
            let found = try self.choice(of: channel, in: state, on: volume)
            choice = found
            return .rollBack(channel: channel, to: try target(found, channel, in: state))
        }
        return RollbackOutcome(appended: appended, choice: choice)
    }

    private func choice(
        of channel: ChannelName, in state: LogState, on volume: Volume
    ) throws(StoreError) -> RollbackChoice? {
        guard let current = state.channels[channel] else { return nil }
        // Hints: without them it is the release before.
        let reports = (try? StatusBoard(volume, app: app).reports(at: now)) ?? []
        return try RollbackChoice(
            current, quarantined: state.quarantined, reports: reports.filter { $0.channel == channel && $0.isThere(at: now) }
        ) { (release) throws(StoreError) in try isGone(release, on: volume) }
    }

    private func target(
        _ choice: RollbackChoice?, _ channel: ChannelName, in state: LogState
    ) throws(StoreError) -> Digest {
        if let target = choice?.target { return target }
        if let missing = choice?.skipped.first(where: { $0.reason == .gone }) { throw gone(missing.release) }
        throw StoreError(
            .illegalStep, "roll back channel '\(channel)'",
            state.channels[channel] == nil ? "it has no release yet" : "it remembers no earlier promoted release",
            "See `wasmrollout log`.")
    }

    private func isGone(_ release: Digest, on volume: Volume) throws(StoreError) -> Bool {
        let blobs = BlobStore(volume)
        do throws(StoreError) {
            return try blobs.firstAbsent(of: blobs.manifest(of: release)) != nil
        } catch  where error.code == .missing(release) {
            return true
        }
    }

    private func gone(_ release: Digest) -> StoreError {
        StoreError(
            .missing(release), "roll back to release \(release.short)", "its blobs are no longer on the volume",
            "Publish it again.")
    }
}
