import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout why`.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain why a host serves what it serves.",
        discussion: """
            Example:
              wasmrollout why web-1 --app shop --volume /mnt/app
            """)

    @Argument(help: "The host's id, as `wasmrollout status` shows it.")
    var host: HostID

    @Option(name: .long, help: "The app; needed when the volume has several.")
    var app: AppName?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let (host, app) = (host, app)
        global.write(try await volume.read { volume in try Self.explain(host, app, on: volume) })
    }

    private static func explain(_ host: HostID, _ app: AppName?, on volume: Volume) throws -> Explanation {
        let app = try volume.onlyApp(app)
        guard let status = try StatusFile(path: volume.layout.status(app, host)).read(in: CommandHost.files) else {
            let known = try StatusBoard(volume, app: app).all().map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .badData,
                "Could not explain host '\(host)': it has never reported for app '\(app)' (\(known.isEmpty ? "none has" : known)). "
                    + "Check the name, and that its agent runs.")
        }
        let log = ReleaseLog(volume: volume, app: app, policy: nil)
        let labels = ReleaseLabels(volume)
        var explanation = try Explanation(status, log: log, labels: labels, now: CommandHost.now)
        let fleet = try FleetReader(volume: volume, app: app).read(now: CommandHost.now).apps.first
        if let fleet {
            let history = RecordHistory(volume, app: app)
            explanation.lines += FleetReasons(fleet, of: status, history: history, labels: labels).lines
        }
        return explanation
    }
}

/// What `why` shows: the facts in the order in which they lead to what is served.
struct Explanation: Renderable {
    var app: AppName
    var host: HostRow
    var newest: UInt64
    var lines: [String]

    init(_ status: HostStatus, log: ReleaseLog, labels: ReleaseLabels, now: Instant) throws {
        self.app = status.app
        self.host = HostRow(status, labels: labels, now: now)
        let tail = try log.tail()
        let newest = tail.newest?.record
        self.newest = newest?.sequence ?? 0
        self.lines = ["Host \(status.host) (\(status.kind)) follows channel \(status.channel) of \(status.app)."]
        lines.append(try Self.decision(status, log: log, newest: newest))
        lines.append(serving)
        if let attempting = host.attempting { lines.append("It is moving to \(attempting.text).") }
        // The refusal that matters now is part of the decision's words.
        for refusal in status.refused where !lines.contains(where: { $0.contains(refusal.reason) }) {
            lines.append(
                "It refused \(labels.name(refusal.release).text) (record \(refusal.decision)) at \(refusal.at): \(refusal.reason.sentence)"
            )
        }
        if !status.note.isEmpty, !lines.contains(status.note) { lines.append(status.note.sentence) }
        if let requests = host.requests, requests > 0 {
            lines.append("Of \(requests) answers of what it serves, \(host.errors ?? 0) were errors.")
        }
        if let fallback = host.fallback {
            let checked = host.fallbackChecked.map { ", checked \($0.age(at: now)) ago" } ?? ""
            lines.append("It keeps \(fallback.text) ready to go back to\(checked).")
        }
        lines.append(volumeSentence)
        lines += tail.damaged.map(\.words)
        lines += status.warnings
        if !status.checksSignatures { lines.append("It checks no signatures: its configuration says trust = \"none\".") }
        if !host.isLive { lines.append("All this is from \(status.updated), \(host.reportedAgo) ago: the host may be gone.") }
    }

    private var serving: String {
        guard let serving = host.serving else { return "It serves nothing; it is \(host.health.rawValue)." }
        let since = host.servingSince.map { " since \($0)" } ?? ""
        let bake = host.bakingUntil.map { ", on probation until \($0)" } ?? ""
        return "It serves \(serving.text)\(since)\(bake), and is \(host.health.rawValue)."
    }

    private var volumeSentence: String {
        guard let ago = host.volumeSeenAgo else { return "It has not been able to read the volume yet." }
        let behind = host.accepted < newest ? ", and has accepted record \(host.accepted) of \(newest)" : ""
        return "It last read the volume \(ago) ago\(behind)."
    }

    /// What the record that the host accepted says it should run.
    private static func decision(_ status: HostStatus, log: ReleaseLog, newest: Record?) throws -> String {
        guard status.acceptedSequence > 0 else { return "It has accepted no record of the log yet." }
        guard let entry = try log.read(status.acceptedSequence) else {
            return
                "It has accepted record \(status.acceptedSequence), which the volume does not have: the volume was restored or exchanged."
        }
        if let digest = status.acceptedDigest, digest != entry.digest {
            return
                "It has accepted another record \(status.acceptedSequence) than the volume has: the log was rewritten. Run `wasmrollout verify`."
        }
        // Nobody asked for its signatures here, and what cannot be is not reckoned with.
        if let defect = entry.record.defect {
            return "It has accepted record \(status.acceptedSequence), by its own word, and that is none: \(defect)."
        }
        let planner = Planner(channel: status.channel, host: status.host, labels: status.report.labels)
        let decision = planner.decide(entry.record.state, refused: status.refused) {
            hostRank(of: status.host, inRollout: $0)
        }
        return decision.reason(serving: status.serving?.release)
    }

    var text: String { lines.map(\.printable).joined(separator: "\n") }
}
