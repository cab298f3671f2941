import Glibc
import Synchronization

/// Load that forgives nothing: raw blocking sockets on threads of their own, kept alive, no retry. A connection is opened
/// again only after the server said `Connection: close`; any other end, any wrong byte, any status but the expected is a
/// failure and is counted with its reason.
package final class StrictClient: Sendable {
    /// What is asked and what is right.
    package struct Load: Sendable {
        package var port: Int
        package var connections = 16
        /// Every n-th request is a POST; 0 for none.
        package var postEvery = 2
        package var postBytes = 16 << 10
        /// Between two requests of a connection.
        package var pause = Duration.zero
        /// The target of GETs and of POSTs; the POST's must echo its body.
        package var getPath = "/"
        package var postPath = "/echo"
        /// Returns what is wrong with the body of a GET, or `nil`.
        package var checkGET: @Sendable ([UInt8]) -> String?

        package init(port: Int, checkGET: @escaping @Sendable ([UInt8]) -> String? = { $0.isEmpty ? "empty body" : nil }) {
            self.port = port
            self.checkGET = checkGET
        }
    }

    private let load: Load
    private let total = Mutex(StrictReport())
    private let running = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private let done = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)

    package init(_ load: Load) { self.load = load }

    /// Requests so far.
    package var requests: Int { done.load(ordering: .relaxed) }

    /// Failures so far.
    package var failures: Int { failed.load(ordering: .relaxed) }

    package func start() {
        for number in 0..<load.connections {
            running.add(1, ordering: .relaxed)
            onThread {
                var report = StrictReport()
                StrictConnection(self.load, number: number).run(into: &report) {
                    self.done.add(1, ordering: .relaxed)
                    self.failed.add($0, ordering: .relaxed)
                    return !self.isStopping.load(ordering: .relaxed)
                }
                self.total.withLock { $0 += report }
                self.running.subtract(1, ordering: .acquiringAndReleasing)
            }
        }
    }

    /// Lets each connection finish its request, and tells what was seen.
    package func stop() async -> StrictReport {
        isStopping.store(true, ordering: .relaxed)
        while running.load(ordering: .acquiring) > 0 { try? await Task.sleep(for: .milliseconds(2)) }
        return total.withLock { $0 }
    }
}
