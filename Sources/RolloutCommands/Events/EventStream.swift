import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// What happens on a volume, as events: its logs' records, and what its hosts' statuses show.
struct EventStream: Sendable {
    let volume: Volume
    /// `nil`: all.
    let app: AppName?
    /// The first record to show; `nil`: only those that come.
    let since: SinceArgument?
    let showsRecords: Bool
    let interval: Duration

    /// How long one look may take before the volume counts as silent.
    var patience: Duration = .seconds(10)

    /// Everything up to now.
    func past() throws -> [FleetEvent] { try EventLook(self).look(now: CommandHost.now) }

    /// Goes on until the process is ended; what cannot be read is tried again.
    func follow(_ write: @Sendable (FleetEvent) -> Void) async throws {
        let lane = BlockingLane("events", path: volume.layout.root)
        let look = EventLook(self)
        // What a look found that came back too late for who asked: the next one does not find it again.
        let late = Mutex<[FleetEvent]>([])
        var isLost = false
        while true {
            let now = CommandHost.now
            let result: Result<[FleetEvent], CommandFailure>
            do throws(FileError) {
                result = try await lane.run(
                    within: patience, for: .statusRead,
                    discard: { found in
                        if case .success(let events) = found { late.withLock { $0 += events } }
                    },
                    { () throws(FileError) in
                        Result { try look.look(now: now) }.mapError(CommandFailure.init(explaining:))
                    })
            } catch {
                result = .failure(CommandFailure(.unavailable, "\(error)"))
            }
            // After the look, on whose thread they came before it. Also where every look is late.
            for event in late.withLock({ late in
                defer { late = [] }
                return late
            }) { write(event) }
            switch result {
            case .success(let events):
                if isLost { write(FleetEvent(.volumeReturned, at: now)) }
                isLost = false
                for event in events { write(event) }
            case .failure(let failure):
                if !isLost {
                    var lost = FleetEvent(.volumeLost, at: now)
                    lost.reason = failure.message
                    write(lost)
                }
                isLost = true
            }
            try await Task.sleep(for: interval)
        }
    }
}

/// One look after the other at a volume; each gives what is new since the one before. A look that fails has seen nothing.
final class EventLook: Sendable {
    private struct Seen {
        var status: HostStatus
        var isLive: Bool
    }

    private struct State {
        /// The newest record shown.
        var shown: [AppName: UInt64] = [:]
        var hosts: [AppName: [HostID: Seen]] = [:]
        /// What tells one step of an open rollout from the next.
        var stages: [AppName: [ChannelName: String]] = [:]
        var labels: ReleaseLabels
    }

    private let stream: EventStream
    private let state: Mutex<State>

    init(_ stream: EventStream) {
        self.stream = stream
        self.state = Mutex(State(labels: ReleaseLabels(stream.volume)))
    }

    func look(now: Instant) throws -> [FleetEvent] {
        let stream = stream
        return try state.withLock { state in
            let apps = try stream.app.map { [try stream.volume.onlyApp($0)] } ?? stream.volume.apps()
            var next = state
            var events: [FleetEvent] = []
            for app in apps {
                events += try Self.records(app, &next, stream, now: now)
                let statuses = try StatusBoard(stream.volume, app: app).all()
                events += try Self.rollouts(app, &next, stream, statuses, now: now)
                events += Self.hosts(app, &next, statuses, now: now)
            }
            state = next
            return events
        }
    }

    private static func records(
        _ app: AppName, _ state: inout State, _ stream: EventStream, now: Instant
    ) throws -> [FleetEvent] {
        guard stream.showsRecords else { return [] }
        let log = ReleaseLog(volume: stream.volume, app: app, policy: nil)
        // What is no record at the end may give way to one.
        let newest = try log.tail().newest?.record.sequence ?? 0
        var first = (state.shown[app] ?? newest) + 1
        let isFirstLook = state.shown[app] == nil
        // An app that came later is new from its first record on.
        if isFirstLook { first = stream.since != nil || !state.shown.isEmpty ? 1 : newest + 1 }
        state.shown[app] = max(newest, state.shown[app] ?? 0)
        guard first <= newest else { return [] }
        return try (first...newest).compactMap { sequence in
            guard case .success(let stored) = try log.readable(sequence) else { return nil }
            if isFirstLook, let since = stream.since,
                !since.admits(sequence: sequence, time: stored.entry.record.time, now: now)
            {
                return nil
            }
            let record = LoggedRecord(stored, labels: state.labels, policy: nil)
            var event = FleetEvent(.record, at: record.time, app: app)
            event.sequence = sequence
            event.release = record.change.release.map(state.labels.name)
            event.record = record
            return event
        }
    }

    private static func rollouts(
        _ app: AppName, _ state: inout State, _ stream: EventStream, _ statuses: [StatusBoard.Entry], now: Instant
    ) throws -> [FleetEvent] {
        let (volume, labels) = (stream.volume, state.labels)
        guard let newest = try ReleaseLog(volume: volume, app: app, policy: nil).tail().newest else { return [] }
        let reports = StatusBoard(volume, app: app).reports(of: statuses, at: now)
        let lease = try? LeaseFile(layout: volume.layout, app: app).read(in: CommandHost.files)
        let head = AcceptedHead(newest, volume: volume)
        var (stages, events) = ([ChannelName: String](), [FleetEvent]())
        for channel in newest.record.state.channels.keys.sorted() {
            guard
                let rollout = RolloutStatus(
                    channel, head: head, app: app, reports: reports, lease: lease, labels: labels, now: now)
            else { continue }
            stages[channel] = "\(rollout.id) \(rollout.stage)"
            guard state.stages[app]?[channel] != stages[channel] else { continue }
            var event = FleetEvent(.rolloutStands, at: now, app: app)
            event.channel = channel
            event.sequence = newest.record.sequence
            event.release = newest.record.state.channels[channel].map { labels.name($0.target) }
            event.reason = "\(rollout.position): \(rollout.reason)"
            events.append(event)
        }
        state.stages[app] = stages
        return events
    }

    private static func hosts(
        _ app: AppName, _ state: inout State, _ statuses: [StatusBoard.Entry], now: Instant
    ) -> [FleetEvent] {
        let changes = HostChanges(labels: state.labels, now: now)
        var known = state.hosts[app] ?? [:]
        var events: [FleetEvent] = []
        for entry in statuses {
            // A status that is being rewritten is read at the next look.
            guard case .success(let status) = entry.status else { continue }
            let before = known[status.host]
            events += changes.events(from: before?.status, wasLive: before?.isLive ?? false, to: status)
            known[status.host] = Seen(status: status, isLive: status.isLive(at: now))
        }
        // Instances come and go under new names for as long as this runs.
        let listed = Set(statuses.map(\.name))
        state.hosts[app] = known.filter { listed.contains($0.key.description) }
        return events
    }
}
