import Glibc
import RolloutCore

/// The two pipes to an engine, pumped at the same time so that neither side waits for the other for ever.
struct EnginePipes {
    enum Ending { case closed, full, late }

    /// -1 once closed.
    private var input: Int32
    private var output: Int32
    private var unsent: ArraySlice<UInt8>
    private let limit: Int
    private(set) var received: [UInt8] = []

    init(input: Int32, output: Int32, unsent: ArraySlice<UInt8>, limit: Int) {
        self.input = input
        self.output = output
        self.unsent = unsent
        self.limit = limit
        for descriptor in [input, output] where descriptor >= 0 {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    /// Sends and receives until the engine closes its output, has written too much, or the time is up.
    mutating func pump(until deadline: ContinuousClock.Instant) -> Ending {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        if unsent.isEmpty { closeInput() }
        while true {
            let left = (deadline - .now).milliseconds
            guard left > 0 else { return .late }
            var watched = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
            ]
            guard poll(&watched, 2, Int32(min(left + 1, 60_000))) > 0 else { continue }
            if watched[1].revents != 0 { send() }
            guard watched[0].revents != 0 else { continue }
            let count = read(output, &buffer, buffer.count)
            if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return .closed }
            if count > 0 { received += buffer[..<count] }
            if received.count > limit { return .full }
        }
    }

    private mutating func send() {
        let count = unsent.withUnsafeBytes { write(input, $0.baseAddress, min($0.count, 65_536)) }
        if count > 0 { unsent = unsent.dropFirst(count) }
        // A guest that does not read its input closes it (EPIPE); its answer counts all the same.
        let isBroken = count < 0 && errno != EAGAIN && errno != EINTR
        if unsent.isEmpty || isBroken { closeInput() }
    }

    private mutating func closeInput() {
        if input >= 0 { Glibc.close(input) }
        input = -1
    }

    mutating func close() {
        closeInput()
        if output >= 0 { Glibc.close(output) }
        output = -1
    }
}
