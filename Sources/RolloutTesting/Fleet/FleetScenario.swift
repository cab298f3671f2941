import RolloutCore

/// A story about a fleet, told in a few lines, and what comes of it: the same machines as in `FleetSimulation`, with no faults but the ones
/// that are told.
///
///     hosts web-1 a, web-2 b
///     publish v1
///     wait 30s
///     publish v2 unhealthy; waves 1,100%; bake 20s
///     wait 2m
package final class FleetScenario {
    /// A line that cannot be understood.
    package struct Misunderstood: Error, CustomStringConvertible {
        package let description: String
    }

    private let simulation: FleetSimulation
    private var start: Instant
    private var lines: [String] = []
    private var told = 0
    private var last: [Substring: Substring] = [:]

    private init(_ mutation: FleetMutation?) {
        simulation = FleetSimulation(seed: 1, mutation: mutation, keepsTrace: true)
        start = simulation.now
    }

    /// What comes of a script, a line for each thing that happens.
    ///
    /// - Parameter mutation: a fault of the core; the story should then end otherwise.
    package static func tell(_ script: String, mutation: FleetMutation? = nil) throws -> String {
        let scenario = FleetScenario(mutation)
        for line in script.split(separator: "\n") where !line.hasPrefix("#") {
            scenario.lines.append("> \(line)")
            try scenario.perform(line)
            scenario.collect()
        }
        if let violation = scenario.simulation.violation { scenario.lines.append("VIOLATION: \(violation)") }
        return scenario.lines.joined(separator: "\n") + "\n"
    }

    private func perform(_ line: Substring) throws {
        let misunderstood = Misunderstood(description: "'\(line)' cannot be understood")
        let words = line.prefix { $0 != ";" }.split(separator: " ").map(String.init)
        guard let verb = words.first else { return }
        let channel = FleetSimulation.channel
        switch (verb, words.dropFirst().first, words.dropFirst(2).first) {
        case ("hosts", _, _): populate(line.dropFirst(6))
        case ("publish", let name?, let nature): try publish(name, nature ?? "good", line, misunderstood)
        case ("wait", let text?, _):
            guard let time = Duration(text: text) else { throw misunderstood }
            for _ in 0..<time.milliseconds / 1000 where simulation.violation == nil {
                simulation.step(.seconds(1))
                collect()
            }
        case ("outage", let text?, _):
            guard let time = Duration(text: text) else { throw misunderstood }
            simulation.goneUntil = simulation.now + time
        case ("hold", _, _): simulation.order(.hold(channel: channel))
        case ("resume", _, _): simulation.order(.resume(channel: channel))
        case ("lose", "leases", _): simulation.leasesAreLost = true
        case ("promote", _, _): simulation.order(.promote(channel: channel))
        case ("approve", let wave?, _): simulation.order(.approve(channel: channel, wave: (Int(wave) ?? 1) - 1))
        case ("lift", _, _): simulation.order(.freeze(channel: channel, windows: []))
        case ("freeze", let text?, _):
            guard let time = Duration(text: text) else { throw misunderstood }
            let window = FreezeWindow.span(from: simulation.now, until: simulation.now + time)
            simulation.order(.freeze(channel: channel, windows: [window]))
        case ("rollback", let name?, _): simulation.order(.rollBack(channel: channel, to: try release(name)))
        case ("quarantine", let name?, _): simulation.order(.quarantine(release: try release(name)))
        case ("pin", let host?, let name?): simulation.order(.pin(host: HostID(unchecked: host), release: try release(name)))
        case ("unpin", let host?, _): simulation.order(.unpin(host: HostID(unchecked: host)))
        case (let verb, let id?, let extra): try happen(verb, to: try host(id), extra, misunderstood)
        default: throw misunderstood
        }
    }

    /// What befalls a host.
    private func happen(
        _ verb: String, to host: SimulatedFleetHost, _ extra: String?, _ misunderstood: Misunderstood
    ) throws {
        let time = extra.flatMap { Duration(text: $0) } ?? .seconds(86_400)
        switch verb {
        case "forget": host.written = []
        case "crash": simulation.takeDown(host, for: time.milliseconds / 1000)
        case "cut": host.blindUntil = simulation.now + time
        case "stop": host.frozenUntil = simulation.now + time
        case "slow": simulation.slowWrites[host.id] = time
        case "traffic": host.traffic = extra.flatMap { UInt64($0) } ?? 0
        default: throw misunderstood
        }
    }

    // MARK: The cast

    private func populate(_ list: Substring) {
        let now = simulation.now
        simulation.hosts = list.split(separator: ",").map { entry in
            let words = entry.split(separator: " ").map(String.init)
            let lie = FleetLie.allCases.first { words.contains("lies:\($0)") }
            return SimulatedFleetHost(
                id: HostID(unchecked: words[0]), labels: ["zone": words.dropFirst().first ?? "a"],
                isFleeting: words.contains("function"), lie: lie, skew: .zero, traffic: 20, policy: FleetSimulation.policy,
                now: now)
        }
        let honest = simulation.hosts.indices.filter { simulation.hosts[$0].lie == nil && !simulation.hosts[$0].isFleeting }
        simulation.coordinate(on: honest.prefix(2))
        simulation.faultsHappen = false
        for host in simulation.hosts { host.restart(policy: FleetSimulation.policy, now: now) }
    }

    private func publish(_ name: String, _ nature: String, _ line: Substring, _ misunderstood: Misunderstood) throws {
        guard let nature = FleetRelease.Nature.allCases.first(where: { "\($0)" == nature }) else { throw misunderstood }
        var plan = PlanTemplate()
        for setting in line.split(separator: ";").dropFirst() {
            let words = setting.split(separator: " ").map(String.init)
            guard words.count == 2 else { throw misunderstood }
            switch words[0] {
            case "waves": plan.waves = WaveGoal.list(words[1]) ?? []
            case "bake": plan.bakes = PlanTemplate.bakes(words[1]) ?? []
            case "max-failures": plan.maxFailures = Int(words[1]) ?? -1
            case "max-unavailable": plan.maxUnavailable = Share(words[1]) ?? .nothing
            case "patience": plan.patience = Duration(text: words[1]) ?? .zero
            case "lost-after": plan.lostAfter = Duration(text: words[1])
            case "evidence": plan.evidence = EvidencePolicy(words[1])
            default: throw misunderstood
            }
        }
        if let defect = plan.defect { throw Misunderstood(description: "\(line): \(defect)") }
        simulation.names[FleetRelease(number: simulation.releases.count, nature: nature).digest] = name
        simulation.publish(nature, plan: plan)
    }

    private func host(_ id: String) throws -> SimulatedFleetHost {
        guard let host = simulation.hosts.first(where: { $0.id.description == id }) else {
            throw Misunderstood(description: "there is no host '\(id)'")
        }
        return host
    }

    private func release(_ name: String) throws -> Digest {
        guard let release = simulation.names.first(where: { $0.value == name })?.key else {
            throw Misunderstood(description: "there is no release '\(name)'")
        }
        return release
    }

    // MARK: The telling

    /// Takes over what happened since, without what the coordinators only repeat.
    private func collect() {
        let trace = simulation.trace ?? []
        for line in trace[told...] {
            let text = line.dropFirst(25)
            if let range = text.firstRange(of: " coordinates: ") {
                let (who, what) = (text[..<range.lowerBound], text[range.upperBound...])
                guard last.updateValue(what, forKey: "fleet") != what else { continue }
                append("\(who) waits: \(what)")
            } else {
                if text.contains(" decides: ") { last = [:] }
                append(String(text))
            }
        }
        told = trace.count
    }

    private func append(_ text: String) {
        var text = text
        for (digest, name) in simulation.names { text = text.replacing(digest.short, with: name) }
        lines.append("\(clock(simulation.now))  \(withClock(text))")
    }

    /// Minutes and seconds since the story began.
    private func clock(_ time: Instant) -> String {
        let (minute, second) = ((time - start).milliseconds / 1000).quotientAndRemainder(dividingBy: 60)
        return "\(minute):\(second < 10 ? "0" : "")\(second)"
    }

    /// With the times in it as the story counts them.
    private func withClock(_ text: String) -> String {
        let length = simulation.now.description.count
        var (result, rest) = ("", text[...])
        while let character = rest.first {
            if let time = Instant(String(rest.prefix(length))) {
                result += clock(time)
                rest = rest.dropFirst(length)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
