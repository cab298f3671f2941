/// Runs every piece of a task on a thread of its own, so that a test may block in raw sockets without taking a thread from
/// the pool that all other tests share.
package final class BlockingExecutor: TaskExecutor {
    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        onThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
