extension ProcessLauncher {
    /// `launch` for those who must not block: it waits on a thread of its own until the program runs. That is quick, unless the
    /// program lies on a disk that does not answer.
    package func start(_ request: LaunchRequest, for purpose: ProcessPurpose) async throws(LaunchError) -> LaunchedProcess {
        let outcome = await withCheckedContinuation { continuation in
            startingThread.add {
                continuation.resume(returning: Result { () throws(LaunchError) in try launch(request, for: purpose) })
            }
        }
        return try outcome.get()
    }
}

private let startingThread: WorkQueue = {
    let queue = WorkQueue()
    queue.start("starting")
    return queue
}()
