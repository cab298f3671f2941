import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem

/// Waits until every live host of a channel serves a release, by reading the hosts' statuses.
struct HostWaiter {
    let volume: Volume
    let app: AppName
    let channel: ChannelName
    let release: Digest
    /// The record that chose it.
    let decision: UInt64
    let untilBaked: Bool
    let timeout: Duration
    let isQuiet: Bool

    private static let interval: Duration = .milliseconds(200)
    /// How long one look may take.
    private static let patience: Duration = .seconds(10)

    /// Ends with a failure as soon as a host refuses the release or somebody chooses another one.
    func run() async throws -> (WaitReport, CommandFailure?) {
        let began = CommandHost.now
        let lane = BlockingLane("wait", path: volume.layout.root)
        let isShown = !isQuiet && Console.isTerminal(STDERR_FILENO)
        defer { if isShown { Console.draw("\r\u{1B}[K", on: STDERR_FILENO) } }
        var seen = Standing()
        while true {
            let left = timeout - (CommandHost.now - began)
            let looked: Result<Standing, CommandFailure>
            do throws(FileError) {
                looked = try await lane.run(within: Self.patience, for: .statusRead) { () throws(FileError) in
                    Result { try look() }.mapError(CommandFailure.init(explaining:))
                }
            } catch {
                return (report(seen, since: began), seen.failure(after: timeout, volumeHangs: true, self))
            }
            seen = try looked.get()
            if seen.isDone { return (report(seen, since: began), nil) }
            if let failure = seen.verdict(self) { return (report(seen, since: began), failure) }
            guard left > .zero else {
                return (report(seen, since: began), seen.failure(after: timeout, volumeHangs: false, self))
            }
            if isShown { Console.draw("\r\u{1B}[K\(seen.line)", on: STDERR_FILENO) }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func look() throws -> Standing {
        var standing = Standing()
        let now = CommandHost.now
        for entry in try StatusBoard(volume, app: app).all() {
            guard case .success(let status) = entry.status, status.channel == channel, status.isLive(at: now) else { continue }
            standing.add(status, release: release, decision: decision, untilBaked: untilBaked)
        }
        let state = try ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record
        if let current = state?.state.channels[channel], current.target != release {
            standing.successor = current.decision
        }
        return standing
    }

    private func report(_ standing: Standing, since began: Instant) -> WaitReport {
        WaitReport(
            seconds: Double((CommandHost.now - began).milliseconds) / 1000, serving: standing.serving,
            missing: standing.missing,
            refused: standing.refused.map(\.host))
    }
}

extension HostWaiter {
    /// Where the hosts stand at one moment.
    struct Standing: Sendable {
        var serving: [HostID] = []
        var missing: [HostID] = []
        var refused: [(host: HostID, reason: String)] = []
        /// A later record that chose another release.
        var successor: UInt64?

        var isDone: Bool { successor == nil && refused.isEmpty && missing.isEmpty && !serving.isEmpty }
        var line: String {
            let names = missing.prefix(3).map(\.description).joined(separator: ", ")
            return "\(serving.count) of \(serving.count + missing.count) hosts serve it"
                + (names.isEmpty ? "" : "; waiting for \(names)")
        }

        mutating func add(_ status: HostStatus, release: Digest, decision: UInt64, untilBaked: Bool) {
            if let refusal = status.refused.first(where: { $0.release == release && $0.decision >= decision }) {
                refused.append((status.host, refusal.reason))
            } else if status.serving?.release == release, status.health == .ready, !untilBaked || status.bakingUntil == nil {
                serving.append(status.host)
            } else if status.leaseUntil == nil {
                // One that is frozen between requests moves with its next one, whenever that comes: nobody waits for it.
                missing.append(status.host)
            }
        }

        /// Why waiting longer makes no sense; `nil` when it does.
        func verdict(_ waiter: HostWaiter) -> CommandFailure? {
            if let first = refused.first {
                let others = refused.count > 1 ? " (and \(refused.count - 1) more)" : ""
                return CommandFailure(
                    .badData,
                    "Could not bring release \(waiter.release.short) to every host: \(first.host)\(others) refused it: "
                        + "\(first.reason.sentence) The hosts that refused it serve what they served before; publish a mended release."
                )
            }
            guard let successor else { return nil }
            return CommandFailure(
                .unavailable,
                "Could not bring release \(waiter.release.short) to every host: record \(successor) chose another release meanwhile. "
                    + "See `wasmrollout log`.")
        }

        func failure(after timeout: Duration, volumeHangs: Bool, _ waiter: HostWaiter) -> CommandFailure {
            let object = "see release \(waiter.release.short) on every host within \(timeout.text)"
            let reason: String
            if volumeHangs {
                reason = "the volume does not answer"
            } else if serving.isEmpty, missing.isEmpty {
                reason = "no live host follows channel '\(waiter.channel)' of app '\(waiter.app)'"
            } else {
                reason =
                    "\(serving.count) of \(serving.count + missing.count) serve it, these do not: "
                    + missing.map(\.description).joined(separator: ", ")
            }
            return CommandFailure(
                .unavailable,
                "Could not \(object): \(reason). The release stays the target; see `wasmrollout status` and `wasmrollout why`.")
        }
    }
}

extension String {
    /// With a full stop at the end.
    var sentence: String { hasSuffix(".") || hasSuffix("!") || hasSuffix("?") ? printable : printable + "." }
}
