import Glibc

/// One of a strict client's connections, and the thread that blocks on it.
final class StrictConnection {
    private struct Answer {
        var status = 0
        var saysClose = false
        var release = ""
        var body: [UInt8] = []
    }

    private let load: StrictClient.Load
    private let number: Int
    private var socket: RawSocket?
    private var buffer: [UInt8] = []

    init(_ load: StrictClient.Load, number: Int) {
        self.load = load
        self.number = number
    }

    /// Asks until `goesOn` says no; it is told after each request how many failed just then.
    func run(into report: inout StrictReport, while goesOn: (Int) -> Bool) {
        var count = number
        var failed = 0
        repeat {
            failed = 0
            count += 1
            let isPost = load.postEvery > 0 && count % load.postEvery == 0
            let start = ContinuousClock.now
            do {
                let answer = try isPost ? post(count, &report) : get(&report)
                report.slowest = max(report.slowest, ContinuousClock.now - start)
                report.releases[answer.release, default: 0] += 1
                if answer.saysClose { drop() }
            } catch {
                failed = 1
                let reason = error as? RawSocket.Ending
                report.fail(
                    reason.map { "\($0)" } ?? "\(error)", "\(isPost ? "POST" : "GET") number \(count) of connection \(number)")
                drop()
                // A refused connection would otherwise be counted a hundred thousand times a second.
                usleep(1000)
            }
            if load.pause > .zero { usleep(UInt32(load.pause / .microseconds(1))) }
        } while goesOn(failed)
        drop()
    }

    private func get(_ report: inout StrictReport) throws -> Answer {
        let request = "GET \(load.getPath) HTTP/1.1\r\nHost: strict.test\r\n\r\n"
        let answer = try exchange(Array(request.utf8), &report)
        if let wrong = load.checkGET(answer.body) { throw RawSocket.Ending.unexpected(wrong) }
        report.succeeded += 1
        return answer
    }

    private func post(_ count: Int, _ report: inout StrictReport) throws -> Answer {
        var random = SeededRandom(seed: UInt64(count))
        var body = [UInt8](repeating: 0, count: load.postBytes)
        for index in body.indices where index % 64 == 0 { body[index] = UInt8(truncatingIfNeeded: random.next() % 26) + 97 }
        for index in body.indices where index % 64 != 0 { body[index] = 46 }
        let head = "POST \(load.postPath) HTTP/1.1\r\nHost: strict.test\r\nContent-Length: \(body.count)\r\n\r\n"
        let answer = try exchange(Array(head.utf8) + body, &report)
        guard answer.body == body else { throw RawSocket.Ending.unexpected("the body came back changed") }
        report.succeeded += 1
        return answer
    }

    private func exchange(_ request: [UInt8], _ report: inout StrictReport) throws -> Answer {
        let socket = try self.socket ?? connect(&report)
        try socket.send(request)
        let head = try receiveHead(socket)
        let answer = try readHead(head)
        let whole = try withBody(answer, head, socket)
        guard whole.status == 200 else {
            throw RawSocket.Ending.unexpected(
                "status \(whole.status) \(String(decoding: whole.body.prefix(200), as: UTF8.self))")
        }
        return whole
    }

    private func connect(_ report: inout StrictReport) throws -> RawSocket {
        report.connections += 1
        let new = try RawSocket.connect(port: load.port)
        socket = new
        buffer = []
        return new
    }

    private func drop() {
        socket?.close()
        socket = nil
        buffer = []
    }

    private func receiveHead(_ socket: RawSocket) throws -> RawMessage {
        let head = try socket.receiveHead()
        guard head.hasPrefix("HTTP/1.1 ") else { throw RawSocket.Ending.unexpected("no status line") }
        return RawMessage(head: head, body: [])
    }

    private func readHead(_ head: RawMessage) throws -> Answer {
        var answer = Answer()
        answer.status = head.status
        answer.saysClose = head["connection"]?.lowercased() == "close"
        answer.release = head["x-wasmrollout-release"] ?? ""
        return answer
    }

    private func withBody(_ answer: Answer, _ head: RawMessage, _ socket: RawSocket) throws -> Answer {
        guard head.values("content-length").count == 1, let length = head["content-length"].flatMap({ Int($0) }) else {
            throw RawSocket.Ending.unexpected("not exactly one Content-Length")
        }
        var answer = answer
        answer.body = try socket.receive(exactly: length)
        return answer
    }
}
