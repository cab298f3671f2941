import RolloutCore
import Testing

@Suite struct BackendTests {
    static let id = BackendID(release: Digest(bytes: [UInt8](repeating: 7, count: 32)), generation: 3)

    static func backend(_ state: Backend.State, inFlight: Int = 0) -> Backend {
        var backend = Backend(id: id, state: state == .draining || state == .stopped ? .ready : state)
        for _ in 0..<inFlight { backend.began() }
        if state == .draining { _ = backend.drain() }
        if state == .stopped { backend.stopped() }
        return backend
    }

    static let all: [Backend.State] = [.starting, .ready, .serving, .draining, .stopped]

    @Test func goesFromStartToStop() {
        var backend = Backend(id: Self.id)
        #expect(backend.state == .starting && !backend.takesRequests)
        backend.becameReady()
        #expect(backend.state == .ready && backend.takesRequests)
        #expect(backend.gainedTraffic() == true && backend.state == .serving)
        backend.lostTraffic()
        #expect(backend.state == .ready && backend.takesRequests)
        #expect(backend.drain() == .finish && backend.state == .draining && !backend.takesRequests)
        backend.stopped()
        #expect(backend.state == .stopped)
    }

    @Test(arguments: all) func onlyAReadyOneGetsTraffic(state: Backend.State) {
        var backend = Self.backend(state)
        let isReady = state == .ready || state == .serving
        #expect(backend.takesRequests == isReady)
        #expect(backend.gainedTraffic() == isReady)
        #expect(backend.state == (isReady ? .serving : state))
    }

    @Test(arguments: all) func readinessAndTrafficBringNothingBack(state: Backend.State) {
        var backend = Self.backend(state)
        backend.becameReady()
        #expect(backend.state == (state == .starting ? .ready : state))
        backend = Self.backend(state)
        backend.lostTraffic()
        #expect(backend.state == (state == .serving ? .ready : state))
    }

    @Test(arguments: [Backend.State.starting, .ready, .serving, .draining])
    func aDrainEndsWithTheLastRequest(state: Backend.State) {
        var backend = Self.backend(state, inFlight: 2)
        #expect(backend.drain() == .wait)
        #expect(backend.ended() == .wait)
        #expect(backend.drain() == .wait)
        #expect(backend.ended() == .finish && backend.inFlight == 0)
        #expect(backend.drain() == .finish)
    }

    @Test func nobodyIsToldOfRequestsThatEndWithoutADrain() {
        for state in [Backend.State.starting, .ready, .serving] {
            var backend = Self.backend(state, inFlight: 1)
            #expect(backend.ended() == .none)
        }
    }

    @Test func oneThatDiedWhileItDrainedIsDoneWithItsLastRequest() {
        var backend = Self.backend(.draining, inFlight: 2)
        backend.stopped()
        #expect(backend.ended() == .wait)
        #expect(backend.ended() == .finish)
        #expect(backend.drain() == .finish && backend.state == .stopped)
    }
}
