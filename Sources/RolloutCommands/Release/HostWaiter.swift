import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem

/// Waits until every live host of a channel serves a release and its rollout is over, or until one host does, by reading the log and
/// the hosts' statuses.
struct HostWaiter {
    let volume: Volume
    let app: AppName
    /// `nil` when one host alone is waited for.
    let channel: ChannelName?
    /// The only host that is waited for; `nil`: all.
    let host: HostID?
    let release: Digest
    /// The record that chose it.
    let decision: UInt64
    let untilBaked: Bool
    let timeout: Duration
    let isQuiet: Bool

    private static let interval: Duration = .milliseconds(200)
    /// How long one call of a look may take before the volume counts as silent. With very many hosts a look makes very many.
    var patience: Duration = .seconds(10)

    /// How long a host must say that it cannot accept the record: a look at a volume that is being written may mislead it for a moment.
    private static let blockade: Duration = .seconds(3)

    /// Ends with a failure as soon as a host refuses the release, cannot accept its record, or somebody chooses another one.
    func run() async throws -> (WaitReport, CommandFailure?) {
        let began = CommandHost.now
        let isShown = !isQuiet && Console.isTerminal(STDERR_FILENO)
        var told = ""
        defer { if isShown { Console.draw("\r\u{1B}[K", on: STDERR_FILENO) } }
        var seen = Standing()
        var blockedSince: [HostID: Instant] = [:]
        while true {
            let left = timeout - (CommandHost.now - began)
            let looked = await WatchedWork.run("wait", callsWithin: patience) {
                Result { try look() }.mapError(CommandFailure.init(explaining:))
            }
            switch looked {
            case .success(let found): seen = try found.get()
            case .failure: return (report(seen, since: began), seen.failure(after: timeout, volumeHangs: true, self))
            }
            if seen.isDone { return (report(seen, since: began), nil) }
            let now = CommandHost.now
            blockedSince = Dictionary(uniqueKeysWithValues: seen.blocked.map { ($0.host, blockedSince[$0.host] ?? now) })
            seen.blocked.removeAll { now - (blockedSince[$0.host] ?? now) < Self.blockade }
            if let failure = seen.verdict(self) { return (report(seen, since: began), failure) }
            guard left > .zero else {
                return (report(seen, since: began), seen.failure(after: timeout, volumeHangs: false, self))
            }
            if isShown {
                let line = String(seen.line.printable.prefix(max(20, Console.width(of: STDERR_FILENO) - 1)))
                Console.draw("\r\u{1B}[K\(line)", on: STDERR_FILENO)
            } else if !isQuiet, let rollout = seen.rollout, told != rollout.stage {
                // Where lines stay, as in the log of a pipeline: one for each step.
                told = rollout.stage
                Console.writeError(seen.line.printable)
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func look() throws -> Standing {
        var standing = Standing()
        let now = CommandHost.now
        let log = ReleaseLog(volume: volume, app: app, policy: nil)
        let entry = try log.tail().newest
        let board = StatusBoard(volume, app: app)
        let statuses = try board.all()
        if let channel, let entry {
            let reports = board.reports(of: statuses, at: now)
            let head = AcceptedHead(entry, volume: volume)
            let lease = try? LeaseFile(layout: volume.layout, app: app).read(in: CommandHost.files)
            standing.rollout = RolloutStatus(
                channel, head: head, app: app, reports: reports, lease: lease, labels: ReleaseLabels(volume), now: now)
        }
        let pins = entry?.record.state.pins ?? [:]
        for entry in statuses {
            guard case .success(let status) = entry.status, status.isLive(at: now), isMeant(status, pins: pins) else {
                continue
            }
            standing.add(status, release: release, decision: decision, untilBaked: untilBaked)
        }
        if let state = entry?.record.state, let successor = successor(in: state) {
            standing.successor = try? log.read(successor)?.record
            standing.rollout = nil
        }
        return standing
    }

    private func isMeant(_ status: HostStatus, pins: [HostID: Pin]) -> Bool {
        if let host { return status.host == host }
        // What is pinned elsewhere was taken out by a person, who knows.
        return status.channel == channel && pins[status.host].map { $0.release == release } ?? true
    }

    /// The number of a later record that chose another release.
    private func successor(in state: LogState) -> UInt64? {
        if let host {
            guard let pin = state.pins[host] else { return nil }
            return pin.release == release ? nil : pin.decision
        }
        guard let channel, let current = state.channels[channel], current.target != release else { return nil }
        return current.decision
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
        /// Of the missing: those that cannot accept the record, and why.
        var blocked: [(host: HostID, record: BlockedRecord)] = []
        /// A later record that chose another release.
        var successor: Record?
        /// While it is open: then not every host may serve it yet, and whether refusals end it is decided by its plan.
        var rollout: RolloutStatus?

        var isDone: Bool {
            successor == nil && rollout == nil && refused.isEmpty && missing.isEmpty && !serving.isEmpty
        }
        var line: String {
            if let rollout {
                return
                    "\(rollout.position), \(serving.count) of \(serving.count + missing.count + refused.count) "
                    + "hosts serve it. \(rollout.reason)"
            }
            let names = missing.prefix(3).map(\.description).joined(separator: ", ")
            return "\(serving.count) of \(serving.count + missing.count) hosts serve it"
                + (names.isEmpty ? "" : "; waiting for \(names)")
        }

        mutating func add(_ status: HostStatus, release: Digest, decision: UInt64, untilBaked: Bool) {
            if let blocked = status.blocked, status.acceptedSequence < decision || blocked.kind == .log {
                self.blocked.append((status.host, blocked))
                missing.append(status.host)
            } else if let refusal = status.refused.first(where: { $0.release == release && $0.decision >= decision }) {
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
            if let successor { return Self.failure(waiter, succeededBy: successor) }
            if let failure = blockedFailure(waiter) { return failure }
            guard rollout == nil, let first = refused.first else { return nil }
            let others = refused.count > 1 ? " (and \(refused.count - 1) more)" : ""
            return CommandFailure(
                .badData,
                "Could not bring release \(waiter.release.short) to every host: \(first.host)\(others) refused it: "
                    + "\(first.reason.sentence) The hosts that refused it serve what they served before; publish a mended release."
            )
        }

        /// Hosts that cannot accept the record never will by waiting. In waves the others go on without them.
        private func blockedFailure(_ waiter: HostWaiter) -> CommandFailure? {
            guard let first = blocked.first, rollout == nil || blocked.count == missing.count && serving.isEmpty else {
                return nil
            }
            let others = blocked.count > 1 ? " (and \(blocked.count - 1) more)" : ""
            return CommandFailure(
                first.record.kind == .signers ? .refusedByTrust : .badData,
                "Could not bring release \(waiter.release.short) to every host: \(first.host)\(others) does not follow the log: "
                    + "\(first.record.reason.sentence)")
        }

        private static func failure(_ waiter: HostWaiter, succeededBy record: Record) -> CommandFailure {
            let object = "bring release \(waiter.release.short) to every host"
            let why = record.message.isEmpty ? "" : ": \(record.message.sentence)"
            switch record.change {
            case .quarantine, .rollBack:
                return CommandFailure(
                    .badData,
                    "Could not \(object): \(record.who) took it back in record \(record.sequence)\(why.isEmpty ? "." : why) "
                        + "See `wasmrollout log`, and publish a mended release.".printable)
            default:
                return CommandFailure(
                    .unavailable,
                    "Could not \(object): record \(record.sequence) chose another release meanwhile. See `wasmrollout log`.")
            }
        }

        func failure(after timeout: Duration, volumeHangs: Bool, _ waiter: HostWaiter) -> CommandFailure {
            let object = "see release \(waiter.release.short) on every host within \(timeout.text)"
            let reason: String
            if volumeHangs {
                reason = "the volume does not answer"
            } else if let rollout {
                reason = "it is at \(rollout.position): \(rollout.reason.withoutStop)"
            } else if serving.isEmpty, missing.isEmpty {
                reason =
                    "no live host \(waiter.host.map { "is '\($0)'" } ?? waiter.channel.map { "follows channel '\($0)'" } ?? "") of app '\(waiter.app)'"
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
