/// What numbers say about a release.
package enum EvidenceVerdict: Hashable, Sendable {
    case good
    /// In words, without a full stop.
    case bad(String)
    /// Too few requests.
    case insufficient
}

extension EvidencePolicy {
    /// Judges one host by its own numbers.
    package func judge(_ evidence: HostEvidence?, of release: Digest) -> EvidenceVerdict {
        guard let evidence, evidence.current.release == release, !evidence.isAbsurd else { return .insufficient }
        guard evidence.current.requests >= UInt64(minimum) else { return .insufficient }
        // What was not measured well cannot excuse anything.
        let before = evidence.previous.flatMap { $0.requests >= UInt64(minimum) ? $0 : nil }
        if let complaint = complaint(about: evidence.current, before: before) { return .bad(complaint) }
        guard let now = evidence.current.latency, let before, let then = before.latency else { return .good }
        let limit = max(Double(then) * Double(latency) / 100, Double(then) + Double(Self.latencyNoise.milliseconds) * 1000)
        guard Double(now) > limit else { return .good }
        return .bad(
            "95 % of answers took up to \(Self.time(now)), with \(before.release.short) before it \(Self.time(then))")
    }

    /// Judges hosts together whose own numbers are too few. None of them counts for more than the minimum, so none can speak for all.
    package func judge(pool: [HostEvidence], of release: Digest) -> EvidenceVerdict {
        var (current, before) = (ReleaseSample(release: release), ReleaseSample(release: release))
        for evidence in pool where evidence.current.release == release && !evidence.isAbsurd {
            guard evidence.current.requests < UInt64(minimum) else { continue }
            current.requests += evidence.current.requests
            current.errors += evidence.current.errors
            if let sample = evidence.previous, sample.requests < 1 << 40 {
                before.release = sample.release
                before.requests += sample.requests
                before.errors += sample.errors
            }
        }
        guard current.requests >= UInt64(minimum) else { return .insufficient }
        let known = before.requests >= UInt64(minimum) ? before : nil
        return complaint(about: current, before: known).map { .bad($0) } ?? .good
    }

    private func complaint(about current: ReleaseSample, before: ReleaseSample?) -> String? {
        let allowed = (before?.errorRatio ?? 0) + Double(errors.millionths) / 1_000_000
        guard current.errorRatio > allowed else { return nil }
        let comparison = before.map { ", with \($0.release.short) before it \($0.errors) of \($0.requests)" } ?? ""
        return "\(current.errors) of \(current.requests) answers were errors (5xx)\(comparison)"
    }

    private static func time(_ microseconds: UInt64) -> String {
        microseconds < 10_000 ? "\(microseconds / 1000).\(microseconds / 100 % 10)ms" : "\(microseconds / 1000)ms"
    }
}
