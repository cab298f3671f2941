import RolloutCore
import RolloutSystem

extension Publisher {
    /// Makes the release that is promoted on one channel the target of another. Nothing is copied: it is the same release.
    ///
    /// - Parameters:
    ///   - plan: how it goes through the fleet of the other channel.
    ///   - newCapabilities: what to do when it asks for more than the last release promoted there.
    package func move(
        from source: ChannelName, to channel: ChannelName, plan: ReleasePlan, newCapabilities: NewCapabilities = .allowed,
        message: String
    ) throws(StoreError) -> PublishOutcome {
        let volume = try Volume.open(at: root, in: fileSystem)
        let blobs = BlobStore(volume)
        var outcome: PublishOutcome?
        let statuses = presentHosts()
        try requireNotRestored(try head(), statuses)
        let appended = try append(message: message) { (head, volume) throws(StoreError) in
            let action = "promote from channel '\(source)' to '\(channel)'"
            guard let state = head?.state.channels[source] else {
                throw StoreError(.illegalStep, action, "channel '\(source)' has no release yet", "See `wasmrollout status`.")
            }
            if state.rollout != nil {
                throw StoreError(
                    .illegalStep, action, "the rollout of \(state.target.short) on channel '\(source)' is still open",
                    "Promote it there first.")
            }
            guard let release = state.promoted.first else {
                throw StoreError(.illegalStep, action, "nothing is promoted on channel '\(source)'", "See `wasmrollout log`.")
            }
            if let other = head?.state.channels[channel], other.target == release {
                let how = other.rollout == nil ? "is promoted there already" : "rolls out there already"
                throw StoreError(.illegalStep, action, "\(release.short) \(how)", "See `wasmrollout status`.")
            }
            let plan = try self.plan(
                plan, channel: channel, sequence: (head?.sequence ?? 0) + 1, pins: head?.state.pins ?? [:], on: volume)
            let change = Change.move(from: source, to: channel, release: release, plan: plan)
            let outline = try self.outline(change, try blobs.manifest(of: release), plan, after: head, blobs)
            try require(newCapabilities, outline, action)
            outcome = outline
            return change
        }
        guard var outcome else { preconditionFailure("a record was written that nobody decided on") }
        outcome.note(appended, channel: channel)
        return outcome
    }
}
