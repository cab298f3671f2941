import Glibc

/// Work handed to one thread, in order; and one piece of work that waits for its time on the same thread, without a timer elsewhere.
///
/// `@unchecked Sendable`: everything but the mutex and the condition is only touched while `mutex` is held.
final class WorkQueue: @unchecked Sendable {
    typealias Work = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Work] = []
    private var timed: (due: UInt64, work: Work)?
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Not the wall clock, which people set.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
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

    /// Has `work` done in `delay` nanoseconds, or after what is then at work; instead of what was waiting for its time before.
    func add(after delay: UInt64, _ work: @escaping Work) { setTimed((Self.now + delay, work)) }

    /// Forgets what waits for its time.
    func forgetTimed() { setTimed(nil) }

    private func setTimed(_ new: (due: UInt64, work: Work)?) {
        pthread_mutex_lock(mutex)
        timed = new
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// What has been added is still done, but for what waits for its time; then the thread ends.
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
            guard let timed else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            if Self.now >= timed.due {
                self.timed = nil
                return [timed.work]
            }
            var due = timespec(tv_sec: Int(timed.due / 1_000_000_000), tv_nsec: Int(timed.due % 1_000_000_000))
            pthread_cond_timedwait(condition, mutex, &due)
        }
        let batch = waiting
        waiting = []
        return batch
    }
}
