import CRolloutSystem
import Glibc

/// Starts threads that belong to one purpose. They are detached: nothing ever waits for one, because one that is stuck in
/// the kernel on a dead NFS server would be waited for for ever. They end with the process.
enum DedicatedThread {
    /// - Parameter name: shown by `ps` and `top`; cut to 15 bytes.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body, name: name)).toOpaque()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let failure = pthread_create(&thread, &attributes, runThread, box)
        pthread_attr_destroy(&attributes)
        precondition(failure == 0, "no thread for '\(name)': error \(failure)")
    }

    fileprivate final class Body: Sendable {
        let run: @Sendable () -> Void
        let name: String

        init(run: @escaping @Sendable () -> Void, name: String) {
            self.run = run
            self.name = name
        }
    }
}

private func runThread(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let pointer else { return nil }
    let body = Unmanaged<DedicatedThread.Body>.fromOpaque(pointer).takeRetainedValue()
    // Signals belong to the main thread's handlers; a thread in a blocking call would otherwise be interrupted.
    var all = sigset_t()
    sigfillset(&all)
    // What a crash raises must still reach the crash reporter.
    for crash in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&all, crash) }
    pthread_sigmask(SIG_BLOCK, &all, nil)
    rollout_name_thread(body.name)
    body.run()
    return nil
}
