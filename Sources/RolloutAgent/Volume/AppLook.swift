import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Polls one app's beacon and looks at its log. Blocks: used on the volume's lane only, one call at a time.
final class AppLook: Sendable {
    private struct State {
        var poll: HeadPoll
        var follower: LogFollower
        var wasAbsent = false
    }

    private let files: any FileSystem
    private let state: Mutex<State>

    init(poll: HeadPoll, follower: LogFollower, files: any FileSystem) {
        self.files = files
        self.state = Mutex(State(poll: poll, follower: follower))
    }

    /// One GETATTR, and a look when the beacon changed or `anyway` says so. `nil`: nothing happened.
    func poll(anyway: Bool, now: Instant) throws(FileError) -> LookResult? {
        try state.withLock { state throws(FileError) in
            let outcome = try state.poll.poll(in: files)
            state.wasAbsent = outcome == .absent
            guard anyway || outcome != .unchanged else { return nil }
            var result = state.follower.look(in: files, now: now)
            while result.isBehind {
                let earlier = result.records
                result = state.follower.look(in: files, now: now)
                result.records = earlier.suffix(100) + result.records
            }
            return result
        }
    }

    /// Forgets what was accepted, if `isRight`. Returns whether it did.
    func beginAnew(where isRight: (LogFollower, any FileSystem) -> Bool) -> Bool {
        state.withLock { state in
            let follower = state.follower
            guard isRight(follower, files) else { return false }
            state.follower = LogFollower(root: follower.root, app: follower.app, policy: follower.log.policy, resuming: nil)
            return true
        }
    }

    /// One GETATTR: whether there is reason for a look, and whether the beacon is there. Without it nobody knows whose volume answers.
    func glance() throws(FileError) -> (isChanged: Bool, isThere: Bool) {
        try state.withLock { state throws(FileError) in
            let outcome = try state.poll.poll(in: files)
            defer { state.wasAbsent = outcome == .absent }
            guard outcome != .absent else { return (!state.wasAbsent, false) }
            return (outcome != .unchanged, true)
        }
    }
}
