import Glibc
import RolloutCore

/// The three pipes of an engine, pumped at the same time so that neither side waits for the other for ever.
struct EnginePipes {
    enum Ending { case closed, full, late }

    /// -1 once closed.
    private var input: Int32
    private var output: Int32
    private var error: Int32
    private var unsent: ArraySlice<UInt8>
    private let limit: Int
    private(set) var received: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(input: Int32, output: Int32, error: Int32, unsent: ArraySlice<UInt8>, limit: Int) {
        self.input = input
        self.output = output
        self.error = error
        self.unsent = unsent
        self.limit = limit
        for descriptor in [input, output, error] where descriptor >= 0 {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    /// Sends and receives until the engine closes both its outputs, has written too much, or the time is up.
    mutating func pump(into log: inout GuestLog, until deadline: ContinuousClock.Instant) -> Ending {
        if unsent.isEmpty { Self.close(&input) }
        while output >= 0 || error >= 0 {
            let left = (deadline - .now).milliseconds
            guard left > 0 else { return .late }
            var watched = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: error, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 3, Int32(min(left + 1, 60_000))) > 0 else { continue }
            if watched[1].revents != 0 { send() }
            if watched[2].revents != 0 { log.append(Self.receive(&error, &buffer)) }
            if watched[0].revents != 0 { received += Self.receive(&output, &buffer) }
            if received.count > limit { return .full }
        }
        Self.close(&input)
        return .closed
    }

    /// What is there now; closes the pipe at its end.
    private static func receive(_ pipe: inout Int32, _ buffer: inout [UInt8]) -> ArraySlice<UInt8> {
        let count = read(pipe, &buffer, buffer.count)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { close(&pipe) }
        return buffer[..<max(count, 0)]
    }

    private mutating func send() {
        let count = unsent.withUnsafeBytes { write(input, $0.baseAddress, min($0.count, 65_536)) }
        if count > 0 { unsent = unsent.dropFirst(count) }
        // A guest that does not read its input closes it (EPIPE); its answer counts all the same.
        let isBroken = count < 0 && errno != EAGAIN && errno != EINTR
        if unsent.isEmpty || isBroken { Self.close(&input) }
    }

    /// After the end of the engine: what it wrote last is no more than a pipe holds.
    mutating func close(log: inout GuestLog) {
        if error >= 0 { log.append(Self.receive(&error, &buffer)) }
        Self.close(&input)
        Self.close(&output)
        Self.close(&error)
    }

    private static func close(_ descriptor: inout Int32) {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}
