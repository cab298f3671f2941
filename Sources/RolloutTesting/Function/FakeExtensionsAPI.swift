import Glibc
import RolloutCore
import RolloutSystem
import Synchronization

/// Lambda's extensions API for one environment, on loopback: notes every call, and answers `next` when a test says so.
package final class FakeExtensionsAPI: Sendable {
    package enum Call: Hashable, Sendable {
        case register(name: String, body: String)
        case next
        case initError(type: String, body: String)
        case exitError(type: String)
        case unknown(String)
    }

    private struct State {
        var calls: [Call] = []
        var registerStatus = 200
        var holdsRegistration = false
        /// Answers to `next`, oldest first.
        var answers: [(status: Int, body: String)] = []
        var waiting = 0
        var isOver = false
        /// When a `next` came last.
        var askedAt: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let server: Mutex<RawBackend?>

    package init() {
        self.state = Mutex(State())
        self.server = Mutex(nil)
        let server = RawBackend { [weak self] connection, _ in
            let request = try connection.receiveRequest()
            guard let self, let answer = self.answer(request), answer.status > 0 else { return }
            try connection.send(
                "HTTP/1.1 \(answer.status) Whatever\r\nLambda-Extension-Identifier: e-1\r\n"
                    + "Content-Length: \(answer.body.utf8.count)\r\n\r\n" + answer.body)
        }
        self.server.withLock { $0 = server }
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    package var address: String { "127.0.0.1:\(server.withLock { $0?.port ?? 0 })" }
    package var calls: [Call] { state.withLock { $0.calls } }
    /// The extension has called `next` and was not answered yet.
    package var isAsked: Bool { state.withLock { $0.waiting > 0 && $0.answers.isEmpty } }
    package var timeOfNext: ContinuousClock.Instant? { state.withLock { $0.askedAt } }

    /// What `register` answers with.
    package func refuseRegistration(_ status: Int) { state.withLock { $0.registerStatus = status } }
    /// Leaves `register` without an answer until it is called with `false`.
    package func holdRegistration(_ holds: Bool) { state.withLock { $0.holdsRegistration = holds } }

    /// Answers the `next` that waits, or the one to come, with an invocation.
    /// - Parameter time: until the platform's deadline.
    package func invoke(within time: Duration = .seconds(30)) {
        let deadline = SystemClock().wallMilliseconds + Int64(time.milliseconds)
        answer(
            200,
            #"{"eventType":"INVOKE","deadlineMs":\#(deadline),"requestId":"r","invokedFunctionArn":"arn","tracing":{"type":"","value":""}}"#
        )
    }

    /// - Parameter status: 0 breaks the connection instead.
    package func answer(_ status: Int, _ body: String) { state.withLock { $0.answers.append((status, body)) } }

    package func stop() {
        state.withLock { $0.isOver = true }
        server.withLock { $0?.stop() }
    }

    private func answer(_ request: RawMessage) -> (status: Int, body: String)? {
        let path = request.startLine.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let type = request["lambda-extension-function-error-type"] ?? ""
        switch path {
        case "/2020-01-01/extension/register":
            state.withLock { state in
                state.calls.append(.register(name: request["lambda-extension-name"] ?? "", body: request.text))
            }
            guard wait(while: { $0.holdsRegistration }) else { return nil }
            let status = state.withLock { $0.registerStatus }
            return (status, status == 200 ? #"{"functionName":"f","functionVersion":"1","handler":"h"}"# : "no")
        case "/2020-01-01/extension/event/next":
            guard request["lambda-extension-identifier"] == "e-1" else { return (403, "unknown extension") }
            state.withLock { state in
                state.calls.append(.next)
                state.waiting += 1
                state.askedAt = .now
            }
            defer { state.withLock { $0.waiting -= 1 } }
            guard wait(while: { $0.answers.isEmpty }) else { return nil }
            return state.withLock { $0.answers.removeFirst() }
        case "/2020-01-01/extension/init/error":
            state.withLock { $0.calls.append(.initError(type: type, body: request.text)) }
            return (202, "{}")
        case "/2020-01-01/extension/exit/error":
            state.withLock { $0.calls.append(.exitError(type: type)) }
            return (202, "{}")
        default:
            state.withLock { $0.calls.append(.unknown(request.startLine)) }
            return (404, "no such thing")
        }
    }

    /// `false` when the fake was stopped meanwhile.
    private func wait(while condition: (borrowing State) -> Bool) -> Bool {
        while true {
            let (goesOn, isOver) = state.withLock { (condition($0), $0.isOver) }
            if isOver { return false }
            if !goesOn { return true }
            usleep(1000)
        }
    }
}
