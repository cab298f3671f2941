/// One turn of a function host: the time in which it is surely awake, from its start, or from an INVOKE event, until it calls
/// `next`. Facts in, the next step out; no clock, no calls.
///
/// The look at the volume never makes a request wait, and takes no processor time from one that is answered soon: it begins when the
/// response is out, or, beside a request that takes longer than `TurnRules.lead`, while that one runs. Everything that it leads to waits
/// until the response is out in any case; unless nothing serves, when the request waits for exactly that. A turn with nothing to do ends
/// with its look. What does not fit into a turn goes on in the next one.
package struct FunctionTurn: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The host's start: until something serves.
        case start
        case invocation
    }

    package let kind: Kind
    private let rules: TurnRules
    private let begun: Instant
    /// When the turn ends, whatever is under way.
    package let end: Instant
    private let answeredBefore: UInt64
    private var hasSeenRequest = false
    /// When the newest look began; `nil`: none has. Until then only requests and `isServing` of the facts are heeded.
    package private(set) var lookedAt: Instant?
    private var hasWorked = false
    private var hasProbed = false
    private var statusBegun: Instant?

    /// - Parameters:
    ///   - deadline: the platform's.
    ///   - answered: the gateway's count when the turn begins.
    package init(_ kind: Kind, rules: TurnRules, begun: Instant, deadline: Instant, answered: UInt64 = 0) {
        self.kind = kind
        self.rules = rules
        self.begun = begun
        self.end = min(deadline - rules.margin, begun + rules.budget)
        self.answeredBefore = answered
    }

    /// What to do now. A step other than `wait` and `yield` is to be begun at once, and shows in the facts that follow.
    package mutating func step(_ facts: TurnFacts, at now: Instant) -> TurnStep {
        if facts.requestsInFlight > 0 || facts.requestsAnswered != answeredBefore { hasSeenRequest = true }
        if kind == .start, facts.isServing { return .yield(.ready) }
        if now >= end { return .yield(.outOfTime) }
        let isQuiet = !facts.isServing || isAnswered(facts, at: now)
        if lookedAt == nil {
            guard isQuiet || now >= begun + rules.lead else { return wait(until: min(begun + rules.lead, now + rules.glance)) }
            return look(at: now)
        }
        if facts.holdsBack, isQuiet {
            hasWorked = true
            return .release
        }
        if let lookEnd = lookedAt.map({ $0 + rules.look }), facts.isLooking, now < lookEnd {
            return wait(until: lookEnd)
        }
        guard facts.holdsBack || facts.isBusy || facts.isBaking || facts.owesStatus || !facts.isServing else {
            return .yield(hasWorked ? .done : .nothingToDo)
        }
        // Whatever there is to do, no request is to notice it.
        guard isQuiet else { return wait(until: now + rules.watch) }
        return work(facts, at: now)
    }

    private mutating func work(_ facts: TurnFacts, at now: Instant) -> TurnStep {
        if facts.isBusy {
            hasWorked = true
            return wait(until: end)
        }
        guard facts.isServing else { return seek(facts, at: now) }
        if facts.isBaking, !hasProbed {
            hasWorked = true
            hasProbed = true
            return .probe
        }
        if facts.owesStatus, facts.isVolumeThere {
            if let statusBegun {
                let statusEnd = statusBegun + rules.status
                if facts.isWritingStatus, now < statusEnd { return wait(until: statusEnd) }
            } else {
                statusBegun = now
                return .writeStatus
            }
        }
        return .yield(hasWorked ? .done : .nothingToDo)
    }

    /// Nothing serves and nothing is under way: what the volume says may change, as long as a request waits for it.
    private mutating func seek(_ facts: TurnFacts, at now: Instant) -> TurnStep {
        if kind == .invocation, isAnswered(facts, at: now) { return .yield(.nothingToDo) }
        let due = (lookedAt ?? begun) + rules.lookPause
        return now >= due && !facts.isLooking ? look(at: now) : wait(until: max(due, now + rules.watch))
    }

    private mutating func look(at now: Instant) -> TurnStep {
        lookedAt = now
        return .look
    }

    /// Whether the invocation's request is answered, as far as can be known: the agent does not see the response itself.
    private func isAnswered(_ facts: TurnFacts, at now: Instant) -> Bool {
        facts.requestsInFlight == 0 && (hasSeenRequest || now >= begun + rules.arrival)
    }

    private func wait(until limit: Instant) -> TurnStep { .wait(until: min(limit, end)) }
}

extension Instant {
    fileprivate static func - (instant: Instant, duration: Duration) -> Instant {
        instant + Duration.milliseconds(-duration.milliseconds)
    }
}
