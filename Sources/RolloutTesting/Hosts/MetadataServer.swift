import Synchronization

/// A metadata service on loopback: answers what a test puts there, by method and path, and does the faults a test wants.
package final class MetadataServer: Sendable {
    /// What it does with every request.
    package enum Fault: Sendable {
        case none
        /// Takes requests and never answers.
        case silence
        case status(Int)
        case page(String)
        /// An answer without end.
        case flood
        /// Bytes that are no HTTP.
        case noise
        case hangUp
    }

    private struct State {
        var answers: [String: String] = [:]
        var fault = Fault.none
        var requests: [RawMessage] = []
    }

    private let state = Mutex(State())
    private let backend = Mutex<RawBackend?>(nil)

    package init(_ answers: [String: String], fault: Fault = .none) {
        state.withLock { state in
            state.answers = answers
            state.fault = fault
        }
        let server = RawBackend { [weak self] connection, _ in try self?.serve(connection) }
        backend.withLock { $0 = server }
    }

    deinit { stop() }

    package func stop() { backend.withLock { $0?.stop() } }

    package var endpoint: String { "http://127.0.0.1:\(backend.withLock { $0?.port ?? 0 })" }
    package var requests: [RawMessage] { state.withLock { $0.requests } }

    package func set(_ path: String, to answer: String?) { state.withLock { $0.answers[path] = answer } }

    private func serve(_ connection: RawSocket) throws {
        let request = try connection.receiveRequest()
        let (fault, answer) = state.withLock { state in
            state.requests.append(request)
            let words = request.startLine.split(separator: " ")
            return (state.fault, words.count > 1 ? state.answers["\(words[0]) \(words[1])"] : nil)
        }
        switch fault {
        case .none: try connection.send(Self.response(answer == nil ? 404 : 200, answer ?? "none"))
        case .silence: _ = try? connection.receiveToEnd()
        case .status(let status): try connection.send(Self.response(status, "<html>\(status)</html>"))
        case .page(let body): try connection.send(Self.response(200, body))
        case .flood:
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
            while true { try connection.send([UInt8](repeating: 65, count: 65_536)) }
        case .noise: try connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n")
        case .hangUp: break
        }
    }

    private static func response(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Like an instance's.
    package static func instance(fault: Fault = .none) -> MetadataServer {
        MetadataServer(
            [
                "PUT /latest/api/token": "token-1", "GET /latest/meta-data/instance-id": "i-0123456789abcdef0",
                "GET /latest/meta-data/placement/availability-zone": "eu-west-1b",
                "GET /latest/meta-data/placement/availability-zone-id": "euw1-az2",
                "GET /latest/meta-data/placement/region": "eu-west-1", "GET /latest/meta-data/instance-type": "t4g.small",
            ], fault: fault)
    }

    /// Like an ECS task's.
    package static func task(fault: Fault = .none) -> MetadataServer {
        let task = """
            {"Cluster":"arn:aws:ecs:eu-west-1:123456789012:cluster/shop","Family":"shop","Revision":"7",
            "TaskARN":"arn:aws:ecs:eu-west-1:123456789012:task/shop/0f9de17a6465404e8b1b2356dc13c2f8",
            "AvailabilityZone":"eu-west-1b","LaunchType":"FARGATE","ServiceName":"web","Containers":[]}
            """
        return MetadataServer(["GET /v4/abc/task": task], fault: fault)
    }
}
