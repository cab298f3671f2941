import Glibc
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@Suite struct BlockingLaneTests {
    /// A read that blocks in the kernel until a byte is written.
    struct Blockage {
        let readEnd: Int32
        let writeEnd: Int32

        init() {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        func wait() {
            var byte: UInt8 = 0
            _ = read(readEnd, &byte, 1)
        }

        func clear() {
            var byte: UInt8 = 1
            _ = write(writeEnd, &byte, 1)
        }

        func close() {
            _ = Glibc.close(readEnd)
            _ = Glibc.close(writeEnd)
        }
    }

    let lane = BlockingLane("test-lane", path: "/volume")

    private func code<Value: Sendable>(
        within limit: Duration, _ body: @escaping @Sendable () throws(FileError) -> Value
    ) async -> FileError.Code? {
        do throws(FileError) {
            _ = try await lane.run(within: limit, for: .beaconPoll, body)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func resultsAndErrorsComeBack() async throws {
        #expect(try await lane.run(within: .seconds(20), for: .beaconPoll) { 42 } == 42)
        #expect(
            await code(within: .seconds(20)) { () throws(FileError) -> Int in
                throw FileError(code: .stale, operation: .read, path: "/x", purpose: .beaconPoll)
            } == .stale)
    }

    @Test func callsRunInOrderOnOneThread() async throws {
        let threads = Mutex<Set<UInt>>([])
        let order = Mutex<[Int]>([])
        for number in 0..<50 {
            try await lane.run(within: .seconds(20), for: .beaconPoll) {
                _ = threads.withLock { $0.insert(UInt(pthread_self())) }
                order.withLock { $0.append(number) }
            }
        }
        #expect(threads.withLock { $0.count } == 1)
        #expect(order.withLock { $0 } == Array(0..<50))
    }

    @Test func hungCallTimesOutAndNoOtherPilesUpBehindIt() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        #expect(await code(within: .milliseconds(50)) { blockage.wait() } == .timedOut)
        #expect(lane.isHung)

        let ran = Mutex(false)
        // An hour's limit: it fails although its own deadline is far away.
        #expect(await code(within: .seconds(3600)) { ran.withLock { $0 = true } } == .timedOut)
        #expect(ran.withLock { !$0 })

        blockage.clear()
        #expect(await eventually { !lane.isHung })
        #expect(try await lane.run(within: .seconds(20), for: .beaconPoll) { "usable again" } == "usable again")
        #expect(ran.withLock { !$0 })
    }

    @Test func callsAlreadyWaitingFailWithTheHungOne() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        let started = Eventual<Void>()
        async let hung = code(within: .seconds(1)) {
            started.fulfill(())
            blockage.wait()
        }
        await started.value
        let ran = Mutex(false)
        async let waiting = code(within: .seconds(3600)) { ran.withLock { $0 = true } }
        #expect(await hung == .timedOut)
        #expect(await waiting == .timedOut)
        blockage.clear()
        #expect(await eventually { !lane.isHung })
        try await lane.run(within: .seconds(20), for: .beaconPoll) {}
        #expect(ran.withLock { !$0 })
    }

    @Test func lateResultIsHandedToDiscard() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        let discarded = Eventual<String>()
        await #expect(throws: FileError.self) {
            try await lane.run(
                within: .milliseconds(50), for: .beaconPoll, discard: { discarded.fulfill($0) },
                {
                    blockage.wait()
                    return "late"
                })
        }
        #expect(discarded.current == nil)
        blockage.clear()
        #expect(await discarded.value == "late")
    }

    @Test func callThatGivesUpWaitingForItsTurnDoesNotHangTheLane() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        let started = Eventual<Void>()
        async let slow = code(within: .seconds(3600)) {
            started.fulfill(())
            blockage.wait()
        }
        await started.value
        #expect(await code(within: .milliseconds(50)) {} == .timedOut)
        #expect(!lane.isHung)
        blockage.clear()
        #expect(await slow == nil)
    }

    @Test func lanesWithAHungCallCanBeLetGo() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        weak var weakLane: BlockingLane?
        do {
            let lane = BlockingLane("doomed", path: "/volume")
            weakLane = lane
            await #expect(throws: FileError.self) {
                try await lane.run(within: .milliseconds(20), for: .beaconPoll) { blockage.wait() }
            }
        }
        blockage.clear()
        #expect(await eventually { weakLane == nil })
    }

    @Test func aPollIsRepeatedBetweenOtherWorkUntilItHasFoundWhatItLooksFor() async throws {
        let polls = Mutex<[UInt]>([])
        let found = Eventual<Void>()
        lane.startPolling(after: { .milliseconds(1) }) {
            let count = polls.withLock { polls in
                polls.append(UInt(pthread_self()))
                return polls.count
            }
            if count == 20 { found.fulfill(()) }
            return count < 20
        }
        let thread = try await lane.run(within: .seconds(20), for: .beaconPoll) { UInt(pthread_self()) }
        await found.value
        #expect(try await lane.run(within: .seconds(20), for: .beaconPoll) { "between" } == "between")
        #expect(polls.withLock { $0 } == [UInt](repeating: thread, count: 20))
    }

    @Test func aPollThatWasStoppedComesNoMore() async throws {
        let first = Mutex(0)
        let second = Mutex(0)
        lane.startPolling(after: { .milliseconds(1) }) {
            first.withLock { $0 += 1 }
            return true
        }
        #expect(await eventually { first.withLock { $0 } > 3 })
        // Another one takes its place.
        lane.startPolling(after: { .milliseconds(1) }) {
            second.withLock { $0 += 1 }
            return true
        }
        #expect(await eventually { second.withLock { $0 } > 3 })
        let count = first.withLock { $0 }
        lane.stopPolling()
        try await lane.run(within: .seconds(20), for: .beaconPoll) {}
        let last = second.withLock { $0 }
        // What does not come can only be given time to come: here a hundred times what it would take.
        try await Task.sleep(for: .milliseconds(100))
        #expect(first.withLock { $0 } == count)
        #expect(second.withLock { $0 } == last)
    }

    @Test func aPollThatDoesNotComeBackHangsTheLaneOnceSomebodyLooks() async throws {
        let blockage = Blockage()
        defer { blockage.close() }
        let started = Eventual<Void>()
        lane.startPolling(after: { .zero }) {
            started.fulfill(())
            blockage.wait()
            return true
        }
        await started.value
        #expect(!lane.hasOverduePoll(after: .seconds(3600)))
        #expect(!lane.isHung)
        async let waiting = code(within: .seconds(3600)) {}
        #expect(await eventually { lane.hasOverduePoll(after: .milliseconds(1)) })
        #expect(lane.isHung)
        #expect(await code(within: .seconds(3600)) {} == .timedOut)
        #expect(await eventually { lane.hasOverduePoll(after: .milliseconds(1)) })
        #expect(await waiting == .timedOut)
        blockage.clear()
        blockage.clear()
        #expect(await eventually { !lane.isHung })
        lane.stopPolling()
        for _ in 0..<10 { blockage.clear() }
        #expect(await eventually { await code(within: .seconds(20)) {} == nil })
    }
}
