import Hosts
import Synchronization

/// Tells the host's supervisor that the agent works, for as long as it does: each beat has gone through the loop that watches the
/// volume, every app's deciding loop and every gateway's event loops first. One that hangs ends the beats.
///
/// The volume itself has no part in it: no loop waits for the volume without a deadline (`LoopRounds`).
struct Heartbeat: Sendable {
    let interval: Duration
    let loops: [@Sendable (@escaping @Sendable () -> Void) -> Void]
    let lifecycle: any HostLifecycle

    /// Beats until cancelled.
    func beat() async {
        while !Task.isCancelled {
            let answers = Answers(expected: loops.count)
            for pulse in loops { pulse { answers.note() } }
            await answers.all()
            guard !Task.isCancelled else { return }
            await lifecycle.deciding()
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }
}

/// Counts answers, which may never come.
private final class Answers: Sendable {
    private let missing: Mutex<Int>
    private let bell = Doorbell()

    init(expected: Int) { missing = Mutex(expected) }

    func note() {
        missing.withLock { $0 -= 1 }
        bell.ring()
    }

    /// Returns when all are there, or when the task is cancelled.
    func all() async {
        while !Task.isCancelled, missing.withLock({ $0 > 0 }) { await bell.wait(atMost: .seconds(3600)) }
    }
}
