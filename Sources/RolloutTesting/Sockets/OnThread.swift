import Glibc

/// Runs `body` on a thread of its own, for code that blocks.
package func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    // Hundreds of these run in one test.
    pthread_attr_setstacksize(&attributes, 256 << 10)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let result = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, work.toOpaque())
    precondition(result == 0, "no thread: error \(result)")
    pthread_attr_destroy(&attributes)
}

/// Runs blocking code on a thread of its own and waits for it without blocking the caller's.
package func offLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        onThread { continuation.resume(returning: body()) }
    }
}
