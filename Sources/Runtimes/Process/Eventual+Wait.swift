import RolloutSystem

extension Eventual {
    /// Waits for the value, or until the time is up.
    func wait(atMost limit: Duration) async {
        guard current == nil, limit > .zero else { return }
        let first = Eventual<Void>()
        whenKnown { _ in first.fulfill(()) }
        let timer = Task {
            try? await Task.sleep(for: limit)
            first.fulfill(())
        }
        await first.value
        timer.cancel()
    }
}
