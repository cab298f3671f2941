import Glibc

/// Where one thread waits for a value that another one brings, once. For short waits only: it blocks.
///
/// `@unchecked Sendable`: `value` is written before the semaphore is posted and read after it was waited for.
final class ThreadGate<Value: Sendable>: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var value: Value?

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open(with value: Value) {
        self.value = value
        sem_post(semaphore)
    }

    func wait() -> Value {
        while sem_wait(semaphore) != 0 {}
        guard let value else { preconditionFailure("the gate opened without a value") }
        return value
    }
}
