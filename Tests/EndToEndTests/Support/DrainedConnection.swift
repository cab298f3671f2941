import RolloutTesting
import Synchronization

/// A client that asks again and again on one connection until the server says `Connection: close`, and takes any other end
/// for a failure.
enum DrainedConnection {
    struct Result: Sendable {
        var requests: Int
        var failure: String?
    }

    private static let total = Atomic<Int>(0)
    /// Requests answered so far on all connections of this kind.
    static var answered: Int { total.load(ordering: .relaxed) }

    static func run(port: Int, isPost: Bool) -> Result {
        var count = 0
        do {
            let socket = try RawSocket.connect(port: port, timeout: .seconds(30))
            defer { socket.close() }
            let body = String(repeating: "x", count: 16 << 10)
            let request =
                isPost
                ? "POST /echo HTTP/1.1\r\nHost: app\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
                : "GET / HTTP/1.1\r\nHost: app\r\n\r\n"
            while true {
                try socket.send(request)
                let response = try socket.receiveResponse()
                guard response.status == 200, !isPost || response.text == body else {
                    return Result(requests: count, failure: "answer \(count): \(response.head)")
                }
                count += 1
                total.add(1, ordering: .relaxed)
                if response["connection"]?.lowercased() == "close" { return Result(requests: count) }
            }
        } catch {
            return Result(requests: count, failure: "after \(count) answers: \(error)")
        }
    }
}
