import RolloutTesting
import Synchronization

/// Stands in for the task protection endpoint of an ECS agent.
final class ProtectionEndpoint: Sendable {
    private struct State {
        var calls: [String] = []
        /// By the number of the call, from 1.
        var answer: @Sendable (Int) -> String
    }

    private final class Shared: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let shared: Shared
    private let server: RawBackend

    /// - Parameter answer: status and body of each answer; empty: it never answers.
    convenience init(answer: String = "200 OK\n{\"protection\":{\"ProtectionEnabled\":true}}") {
        self.init(answers: { _ in answer })
    }

    /// - Parameter answers: the same by the number of the call, from 1.
    init(answers: @escaping @Sendable (Int) -> String) {
        let shared = Shared(State(answer: answers))
        self.shared = shared
        server = RawBackend { socket, _ in
            let head = try socket.receiveHead()
            let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.split(separator: " ")[1]) }
            let body = String(decoding: try socket.receive(exactly: length ?? 0), as: UTF8.self)
            let answer = shared.state.withLock { state in
                state.calls.append("\(head.prefix { !$0.isNewline }) \(body)")
                return state.answer(state.calls.count)
            }
            guard !answer.isEmpty else {
                _ = try? socket.receiveToEnd()
                return
            }
            let parts = answer.split(separator: "\n", maxSplits: 1)
            let content = parts.count > 1 ? String(parts[1]) : ""
            try socket.send("HTTP/1.1 \(parts[0])\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)")
        }
    }

    /// What it was asked, in order: request line and body.
    var calls: [String] { shared.state.withLock { $0.calls } }
    var environment: [String: String] { ["ECS_AGENT_URI": "http://127.0.0.1:\(server.port)/api/x"] }
    func answer(_ answer: String) { shared.state.withLock { $0.answer = { _ in answer } } }
    func stop() { server.stop() }

    static let path = "PUT /api/x/task-protection/v1/state HTTP/1.1"
    static let cleared = path + " {\"ProtectionEnabled\":false}"
    static let set = path + " {\"ProtectionEnabled\":true,\"ExpiresInMinutes\":5}"
}
