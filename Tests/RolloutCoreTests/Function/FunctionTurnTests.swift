import RolloutCore
import RolloutTesting
import Testing

/// A turn by the clock: the platform's deadline is 60 s after its begin.
private struct Turn {
    var turn: FunctionTurn
    var facts = TurnFacts()
    var now = Instant(milliseconds: 1_000_000)

    init(_ kind: FunctionTurn.Kind = .invocation, deadline: Duration = .seconds(60)) {
        turn = FunctionTurn(kind, rules: TurnRules(), begun: now, deadline: now + deadline, answered: 7)
        facts.requestsAnswered = 7
        facts.isServing = kind == .invocation
    }

    mutating func step(after time: Duration = .zero) -> TurnStep {
        now = now + time
        return turn.step(facts, at: now)
    }

    /// The look that every turn begins with, begun: beside a request, if there is one, that has had its time alone.
    mutating func beginLook() {
        let lead: Duration = facts.isServing && turn.kind == .invocation ? TurnRules().lead : .zero
        #expect(step(after: lead) == .look)
        facts.isLooking = true
    }

    mutating func look() {
        beginLook()
        facts.isLooking = false
    }
}

@Suite struct FunctionTurnTests {
    // MARK: Nothing to do

    @Test func aTurnWithNothingToDoEndsBesideTheRequest() {
        var turn = Turn()
        turn.beginLook()
        turn.facts.requestsInFlight = 1
        #expect(turn.step() == .wait(until: turn.now + .seconds(1)))
        turn.facts.isLooking = false
        #expect(turn.step() == .yield(.nothingToDo))
    }

    @Test func aRequestHasTheProcessorToItselfUntilItIsAnswered() {
        var turn = Turn()
        #expect(turn.step() == .wait(until: turn.now + .milliseconds(2)))
        turn.facts.requestsInFlight = 1
        #expect(turn.step(after: .milliseconds(2)) == .wait(until: turn.now + .milliseconds(2)))
        turn.facts.requestsInFlight = 0
        turn.facts.requestsAnswered = 8
        #expect(turn.step(after: .milliseconds(2)) == .look)
        turn.facts.isLooking = false
        #expect(turn.step() == .yield(.nothingToDo))
    }

    @Test func beforeTheRequestThereIsOnlyAShortWait() {
        var turn = Turn()
        #expect(turn.step(after: .milliseconds(24)) == .wait(until: turn.now + .milliseconds(1)))
        #expect(turn.step(after: .milliseconds(1)) == .look)
    }

    @Test func aRequestThatTakesLongIsNotWaitedForWithTheLook() {
        var turn = Turn()
        turn.facts.requestsInFlight = 1
        #expect(turn.step(after: .milliseconds(25)) == .look)
    }

    @Test func aLookThatHangsKeepsATurnNoLongerThanALookMayTake() {
        var turn = Turn()
        turn.beginLook()
        #expect(turn.step(after: .milliseconds(999)) != .yield(.nothingToDo))
        #expect(turn.step(after: .milliseconds(1)) == .yield(.nothingToDo))
    }

    // MARK: After the response

    @Test func whatTheLookFoundWaitsForTheResponse() {
        var turn = Turn()
        turn.look()
        turn.facts.holdsBack = true
        turn.facts.requestsInFlight = 1
        #expect(turn.step() == .wait(until: turn.now + .milliseconds(5)))
        #expect(turn.step(after: .seconds(20)) == .wait(until: turn.now + .milliseconds(5)))
        turn.facts.requestsInFlight = 0
        turn.facts.requestsAnswered = 8
        #expect(turn.step() == .release)
        turn.facts.holdsBack = false
        turn.facts.isCopying = true
        #expect(turn.step() == .wait(until: turn.turn.end))
        turn.facts.isCopying = false
        turn.facts.isActivating = true
        #expect(turn.step() == .wait(until: turn.turn.end))
        turn.facts.isActivating = false
        #expect(turn.step() == .yield(.done))
    }

    @Test func aRequestThatHasNotArrivedIsWaitedForABit() {
        var turn = Turn()
        turn.look()
        turn.facts.holdsBack = true
        #expect(turn.step(after: .milliseconds(224)) == .wait(until: turn.now + .milliseconds(5)))
        #expect(turn.step(after: .milliseconds(1)) == .release)
    }

    @Test func anAnswerBeforeTheFirstLookAtTheCountsIsNoticed() {
        var turn = Turn()
        turn.look()
        turn.facts.holdsBack = true
        turn.facts.requestsAnswered = 8
        #expect(turn.step() == .release)
    }

    @Test func aWarmReleaseIsProbedOncePerTurnAfterTheResponse() {
        var turn = Turn()
        turn.look()
        turn.facts.isBaking = true
        turn.facts.requestsInFlight = 1
        #expect(turn.step() == .wait(until: turn.now + .milliseconds(5)))
        turn.facts.requestsInFlight = 0
        #expect(turn.step() == .probe)
        turn.facts.isProbing = true
        #expect(turn.step() == .wait(until: turn.turn.end))
        turn.facts.isProbing = false
        #expect(turn.step() == .yield(.done))
    }

    @Test func aStatusIsWrittenOnceAndNotWaitedForLong() {
        var turn = Turn()
        turn.look()
        turn.facts.owesStatus = true
        turn.facts.requestsAnswered = 8
        #expect(turn.step() == .writeStatus)
        turn.facts.isWritingStatus = true
        #expect(turn.step() == .wait(until: turn.now + .seconds(1)))
        #expect(turn.step(after: .seconds(1)) == .yield(.nothingToDo))
    }

    // MARK: The volume is gone

    @Test func withoutTheVolumeNoTurnWaitsForACopyOrAStatus() {
        var turn = Turn()
        turn.look()
        turn.facts.isVolumeThere = false
        turn.facts.isCopying = true
        turn.facts.owesStatus = true
        turn.facts.requestsAnswered = 8
        #expect(turn.step() == .yield(.nothingToDo))
    }

    // MARK: Deadlines

    @Test func aTurnEndsBeforeThePlatformsDeadline() {
        var turn = Turn(deadline: .seconds(3))
        turn.look()
        turn.facts.isActivating = true
        turn.facts.requestsAnswered = 8
        #expect(turn.step(after: .milliseconds(2474)) == .wait(until: turn.turn.end))
        #expect(turn.step(after: .milliseconds(1)) == .yield(.outOfTime))
    }

    @Test func aTurnEndsAfterItsBudgetHoweverFarTheDeadlineIs() {
        var turn = Turn(deadline: .seconds(900))
        turn.look()
        turn.facts.isActivating = true
        turn.facts.requestsAnswered = 8
        #expect(turn.step(after: .seconds(30)) == .yield(.outOfTime))
    }

    @Test func aTurnThatBeginsPastItsDeadlineEndsAtOnce() {
        var turn = Turn(deadline: .milliseconds(-5))
        #expect(turn.step() == .yield(.outOfTime))
    }

    // MARK: Nothing serves

    @Test func aStartLooksReleasesAtOnceAndEndsWhenSomethingServes() {
        var turn = Turn(.start)
        turn.beginLook()
        turn.facts.isActivating = true
        turn.facts.holdsBack = true
        #expect(turn.step() == .release)
        turn.facts.holdsBack = false
        #expect(turn.step() == .wait(until: turn.now + .seconds(1)))
        turn.facts.isLooking = false
        #expect(turn.step() == .wait(until: turn.turn.end))
        turn.facts.isServing = true
        #expect(turn.step() == .yield(.ready))
    }

    @Test func aStartWithNothingToServeLooksAgainAndAgain() {
        var turn = Turn(.start, deadline: .seconds(10))
        turn.look()
        #expect(turn.step() == .wait(until: turn.now + .milliseconds(250)))
        #expect(turn.step(after: .milliseconds(250)) == .look)
        turn.facts.isLooking = true
        #expect(turn.step() == .wait(until: turn.now + .seconds(1)))
        #expect(turn.step(after: .milliseconds(9250)) == .yield(.outOfTime))
    }

    @Test func aWaitingRequestIsServedFirstOfAll() {
        var turn = Turn()
        turn.facts.isServing = false
        turn.facts.requestsInFlight = 1
        turn.beginLook()
        turn.facts.holdsBack = true
        #expect(turn.step() == .release)
        turn.facts.holdsBack = false
        turn.facts.isCopying = true
        turn.facts.isVolumeThere = false
        turn.facts.isLooking = false
        #expect(turn.step() == .wait(until: turn.turn.end))
    }

    @Test func whenTheGatewayHasGivenUpOnTheRequestThereIsNothingToWaitFor() {
        var turn = Turn()
        turn.facts.isServing = false
        turn.facts.requestsInFlight = 1
        turn.look()
        #expect(turn.step(after: .milliseconds(250)) == .look)
        turn.facts.requestsInFlight = 0
        turn.facts.requestsAnswered = 8
        #expect(turn.step() == .yield(.nothingToDo))
    }

    // MARK: Every combination

    /// All that can be the case at one moment.
    static let everything: [TurnFacts] = (0..<(1 << 10)).map { bits in
        var facts = TurnFacts()
        facts.isLooking = bits & 1 != 0
        facts.isVolumeThere = bits & 2 != 0
        facts.requestsInFlight = bits >> 2 & 1
        facts.requestsAnswered = UInt64(7 + bits >> 3 & 1)
        facts.isServing = bits & 16 != 0
        facts.holdsBack = bits & 32 != 0
        facts.isCopying = bits & 64 != 0
        facts.isActivating = bits & 128 != 0
        facts.isBaking = bits & 256 != 0
        facts.owesStatus = bits & 512 != 0
        return facts
    }

    @Test(arguments: [FunctionTurn.Kind.start, .invocation]) func everyCombinationKeepsTheRules(kind: FunctionTurn.Kind) {
        for facts in Self.everything {
            for time in [Duration.zero, .milliseconds(300), .milliseconds(1300), .milliseconds(29_974)] {
                var turn = Turn(kind)
                turn.look()
                turn.facts = facts
                let step = turn.step(after: time)
                switch step {
                case .wait(let until): #expect(until > turn.now && until <= turn.turn.end, "\(facts)")
                case .release:
                    #expect(facts.holdsBack && !(facts.isServing && facts.requestsInFlight > 0), "\(facts)")
                case .probe, .writeStatus: #expect(facts.isServing && facts.requestsInFlight == 0, "\(facts)")
                case .look: #expect(!facts.isServing && !facts.isLooking, "\(facts)")
                case .yield(.ready): #expect(kind == .start && facts.isServing, "\(facts)")
                case .yield:
                    // What goes on without the volume is never left half-way before its time.
                    #expect(!facts.isActivating && !(facts.isBaking && facts.isServing), "\(facts)")
                    #expect(facts.isServing || !facts.holdsBack && !facts.isCopying, "\(facts)")
                }
                turn.now = turn.turn.end
                guard case .yield = turn.step() else {
                    Issue.record("goes on past its end: \(facts)")
                    return
                }
            }
        }
    }

    /// Whatever happens in whatever order, a turn ends, and in time.
    @Test(arguments: 0..<200) func aTurnAlwaysEnds(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var turn = Turn(seed % 2 == 0 ? .invocation : .start)
        var steps = 0
        while true {
            steps += 1
            #expect(steps < 20_000)
            switch turn.step() {
            case .yield:
                #expect(turn.now <= turn.turn.end + .milliseconds(50))
                return
            case .wait(let until):
                let early = Bool.random(using: &random)
                turn.now = early ? turn.now + .milliseconds(1) : until
            case .look: turn.facts.isLooking = true
            case .release: turn.facts.holdsBack = false
            case .probe: turn.facts.isProbing = true
            case .writeStatus: turn.facts.isWritingStatus = true
            }
            turn.facts = random.changed(turn.facts)
        }
    }
}

extension SeededRandom {
    /// One thing changes.
    fileprivate mutating func changed(_ facts: TurnFacts) -> TurnFacts {
        var facts = facts
        switch Int.random(in: 0..<12, using: &self) {
        case 0: facts.isLooking = false
        case 1: facts.isVolumeThere.toggle()
        case 2: facts.requestsInFlight = 1
        case 3:
            facts.requestsAnswered += UInt64(facts.requestsInFlight)
            facts.requestsInFlight = 0
        case 4: facts.isServing.toggle()
        case 5: facts.holdsBack = true
        case 6: facts.isCopying.toggle()
        case 7: facts.isActivating.toggle()
        case 8: facts.isBaking.toggle()
        case 9: facts.isProbing = false
        case 10: facts.owesStatus.toggle()
        default: facts.isWritingStatus = false
        }
        return facts
    }
}
