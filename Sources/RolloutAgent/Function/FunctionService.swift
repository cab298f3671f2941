import Glibc
import RolloutCore
import ServiceLifecycle

/// Drives the agent by invocations. On termination everything ends within the budget, one way or the other.
struct FunctionService: Service {
    let host: FunctionHost
    /// Between SIGTERM and SIGKILL.
    let budget: Duration?

    /// Lambda gives a start this long.
    private static let start: Duration = .seconds(10)

    func run() async throws {
        let deadline = host.now + Self.start
        try await withGracefulShutdownHandler {
            try await cancelWhenGracefulShutdown { try await host.run(startBy: deadline) }
        } onGracefulShutdown: {
            guard let budget else { return }
            // A killed process cannot say that it ended well. Nothing is lost: what must last is durable at any moment.
            Task.detached(priority: .high) {
                try? await Task.sleep(for: budget * 0.75)
                _exit(0)
            }
        }
    }
}
