import Glibc

/// Work handed to one thread, in order.
///
/// `@unchecked Sendable`: `waiting` and `isClosed` are only touched while `mutex` is held.
final class WorkQueue: @unchecked Sendable {
    typealias Work = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Work] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Starts the thread that does the work until the queue is closed.
    func start(_ name: String) {
        DedicatedThread.start(name) { [self] in
            while let batch = take() {
                for work in batch { work() }
            }
        }
    }

    func add(_ work: @escaping Work) {
        pthread_mutex_lock(mutex)
        waiting.append(work)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// What has been added is still done; then the thread ends.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func take() -> [Work]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty {
            if isClosed { return nil }
            pthread_cond_wait(condition, mutex)
        }
        let batch = waiting
        waiting = []
        return batch
    }
}
