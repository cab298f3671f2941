import RolloutTesting
import Synchronization

/// Uploads on connections that live on, and what became of each.
final class UploadLog: Sendable {
    private struct State {
        var answered = 0
        var cut = 0
        var unexpected: [String] = []
        var isStopping = false
    }

    private let state = Mutex(State())

    var answered: Int { state.withLock { $0.answered } }
    /// Uploads that the backend took and did not live to answer: 502.
    var cut: Int { state.withLock { $0.cut } }
    var unexpected: [String] { state.withLock { $0.unexpected } }
    var isStopping: Bool { state.withLock { $0.isStopping } }

    func stop() { state.withLock { $0.isStopping = true } }

    /// Posts until told to stop; blocks.
    func post(_ number: Int, port: Int, until isOver: () -> Bool) {
        var socket: RawSocket?
        var count = 0
        while !isOver() {
            count += 1
            do {
                let open = try socket ?? RawSocket.connect(port: port, timeout: .seconds(40))
                socket = open
                try open.send("POST /echo?id=\(number)-\(count) HTTP/1.1\r\nHost: app\r\nContent-Length: 5\r\n\r\nhello")
                let response = try open.receiveResponse()
                state.withLock { state in
                    switch response.status {
                    case 200 where response.text == "hello": state.answered += 1
                    case 502: state.cut += 1
                    default: state.unexpected.append("connection \(number): \(response.head)")
                    }
                }
                if response["connection"]?.lowercased() == "close" {
                    open.close()
                    socket = nil
                }
            } catch {
                state.withLock { $0.unexpected.append("connection \(number): \(error)") }
                socket?.close()
                socket = nil
            }
        }
        socket?.close()
    }
}
