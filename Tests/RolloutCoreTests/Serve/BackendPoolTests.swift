import RolloutCore
import RolloutTesting
import Testing

@Suite struct BackendPoolTests {
    static func id(_ generation: UInt64) -> BackendID {
        BackendID(release: Digest(bytes: [UInt8](repeating: UInt8(generation % 3), count: 32)), generation: generation)
    }

    let one = id(1)
    let two = id(2)
    let three = id(3)

    @Test func holdsUntilOneIsNamedThatIsKnown() {
        var pool = BackendPool()
        #expect(pool.admit() == .hold)
        pool.switchTraffic(to: one, fallback: two)
        #expect(pool.admit() == .hold && pool.route == (nil, nil))
        let slot = pool.add(one)
        #expect(pool.admit() == .hold)
        pool.switchTraffic(to: one, fallback: two)
        #expect(pool.admit() == .forward(slot) && pool[slot]?.state == .serving && pool.route == (one, nil))
    }

    @Test func keepsSlotsAndGivesThemOutAgain() {
        var pool = BackendPool()
        let (first, second) = (pool.add(one), pool.add(two))
        #expect(first != second && pool.add(one) == first && pool.slot(of: two) == second)
        #expect(pool.remove(first) && pool.slot(of: one) == nil && pool[first] == nil)
        #expect(pool.add(three) == first && pool.slot(of: two) == second)
        #expect(pool.remove(first) && pool.remove(first))
    }

    @Test func triesElsewhereWhatJustFailed() {
        var pool = BackendPool()
        let (first, second) = (pool.add(one), pool.add(two))
        pool.switchTraffic(to: one, fallback: two)
        #expect(pool.admit(avoiding: first) == .forward(second) && pool.admit(avoiding: second) == .forward(first))
        pool.switchTraffic(to: one, fallback: nil)
        #expect(pool.admit(avoiding: first) == .forward(first))
        // A fallback may have the traffic alone, and nobody is his own.
        pool.switchTraffic(to: nil, fallback: two)
        #expect(pool.admit() == .forward(second))
        pool.switchTraffic(to: two, fallback: two)
        #expect(pool.route == (two, nil))
    }

    @Test func fallsBackOnceAndThenHolds() {
        var pool = BackendPool()
        let (first, second) = (pool.add(one), pool.add(two))
        pool.switchTraffic(to: one, fallback: two)
        #expect(pool.lost(first) == .fellBack(from: one, to: two))
        #expect(pool.route == (two, nil) && pool[first]?.state == .ready && pool[second]?.state == .serving)
        #expect(pool.lost(first) == .none)
        #expect(pool.exited(two) == .held(from: two) && pool.admit() == .hold && pool[second]?.state == .stopped)
        #expect(pool.exited(two) == .none && pool.exited(three) == .none)
        // It was only lost, and may come back; the other one may not.
        pool.switchTraffic(to: two, fallback: one)
        #expect(pool.admit() == .forward(first) && pool.route == (nil, one))
    }

    @Test func doesNotFallBackToOneThatIsGone() {
        var pool = BackendPool()
        let first = pool.add(one)
        _ = pool.add(two)
        pool.switchTraffic(to: one, fallback: two)
        #expect(pool.exited(two) == .none && pool.route == (one, nil))
        #expect(pool.lost(first) == .held(from: one))
    }

    @Test func aDrainTakesTheTrafficAway() {
        var pool = BackendPool()
        let (first, second) = (pool.add(one), pool.add(two))
        pool.switchTraffic(to: one, fallback: two)
        pool.began(first)
        #expect(pool.drain(first) == .wait && pool.admit() == .forward(second))
        pool.switchTraffic(to: one, fallback: nil)
        #expect(pool.admit() == .hold)
        #expect(pool.remove(first) == false)
        #expect(pool.ended(first) == .finish && pool.remove(first))
        #expect(pool.drain(first) == .finish && pool.ended(first) == .none)
    }

    /// Whatever it is told, in whatever order.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func neverHandsOutOneThatTakesNoRequests(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var pool = BackendPool()
        var open: [BackendPool.Slot] = []
        var unfinished: Set<BackendPool.Slot> = []
        for _ in 0..<200 {
            let id = Self.id(random.next() % 5)
            let slot = pool.slot(of: id)
            switch random.next() % 9 {
            case 0: _ = pool.add(id)
            case 1: pool.switchTraffic(to: id, fallback: Self.id(random.next() % 5))
            case 2: pool.switchTraffic(to: nil, fallback: nil)
            case 3: if let slot { _ = pool.lost(slot) }
            case 4: _ = pool.exited(id)
            case 5: if let slot, pool.drain(slot) == .wait { unfinished.insert(slot) }
            case 6: if let slot { #expect(pool.remove(slot) == !open.contains(slot)) }
            case 7:
                guard !open.isEmpty else { continue }
                let ended = open.remove(at: Int(random.next() % UInt64(open.count)))
                let isLast = !open.contains(ended)
                // Who waits for a drain hears of its end, and of nothing before it.
                if unfinished.contains(ended) {
                    #expect((pool.ended(ended) == .finish) == isLast)
                } else {
                    _ = pool.ended(ended)
                }
                if isLast { unfinished.remove(ended) }
            default:
                guard case .forward(let slot) = pool.admit(avoiding: random.next() % 2 == 0 ? slot : nil) else { continue }
                #expect(pool[slot]?.takesRequests == true)
                pool.began(slot)
                open.append(slot)
            }
            for id in [pool.route.current, pool.route.fallback].compactMap({ $0 }) {
                #expect(pool.slot(of: id).flatMap { pool[$0]?.takesRequests } == true)
            }
            #expect(pool.route.current == nil || pool.route.current != pool.route.fallback)
            for slot in Set(open) { #expect(pool[slot]?.inFlight == open.count { $0 == slot }) }
        }
    }
}
