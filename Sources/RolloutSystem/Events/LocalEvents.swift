import Synchronization
import SystemPackage

/// Hints from this host's own kernel that something below a path has changed, through libinotifytools.
///
/// A hint says "look", no more: nothing must depend on one arriving. On NFS the kernel reports only what this very host
/// does, so a change made by another is found by polling alone.
///
/// The library is made for a single thread, keeps one descriptor without telling which, aborts the process when that is
/// 1024 or above (it uses select), and waits for events or whole seconds, for nothing else. So it is opened once, one
/// thread of its own uses it and waits without limit, and whoever wants something of that thread makes an event.
package final class LocalEvents: Sendable {
    /// `nil` where inotify cannot be used: no /proc, no inotify instances left, descriptors that already run high. Ask for it
    /// early, while they are low.
    package static let shared: LocalEvents? = {
        guard let wakeUp = WakeUpFile() else { return nil }
        let isOpen = ThreadGate<Bool>()
        let events = LocalEvents(wakeUp)
        DedicatedThread.start("local events") {
            guard let watches = InotifyWatches(wakeUp: wakeUp.path) else { return isOpen.open(with: false) }
            isOpen.open(with: true)
            while true {
                watches.deliverNext()
                if watches.wasWoken { events.runCommands(watches) }
            }
        }
        return isOpen.wait() ? events : nil
    }()

    private let wakeUp: WakeUpFile
    private let commands = Mutex<[@Sendable (InotifyWatches) -> Void]>([])

    private init(_ wakeUp: WakeUpFile) { self.wakeUp = wakeUp }

    /// Hints about a file (rewritten, replaced, removed) or a directory (the same for what is in it, and names that appear).
    ///
    /// The first hint comes at once: what happened before the watch was in place is only found by looking. Hints that nobody
    /// has taken are merged into one. The stream ends when the path itself is removed; letting go of it ends the watch.
    ///
    /// - Parameter limit: the kernel looks the path up, which can hang on a dead NFS server; `.timedOut` then, and nothing
    ///   else is heard of until it comes back.
    package func watch(_ path: FilePath, within limit: Duration = .seconds(5)) async throws(FileError) -> AsyncStream<Void> {
        let answer = Eventual<Result<AsyncStream<Void>, FileError>>()
        perform { watches in
            let result = Result { () throws(FileError) in try self.add(path, to: watches) }
            answer.fulfill(result)
        }
        let timer = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            let error = FileError(code: .timedOut, operation: .watch, path: path, purpose: .localEvents)
            answer.fulfill(.failure(error))
        }
        defer { timer.cancel() }
        return try await answer.value.get()
    }

    private func add(_ path: FilePath, to watches: InotifyWatches) throws(FileError) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let subscriber = try watches.add(path, continuation)
        continuation.onTermination = { [self] _ in perform { $0.remove(subscriber) } }
        continuation.yield()
        return stream
    }

    /// Runs `command` on the thread that owns the library, after all events that happened before.
    func perform(_ command: @escaping @Sendable (InotifyWatches) -> Void) {
        commands.withLock { $0.append(command) }
        wakeUp.wake()
    }

    private func runCommands(_ watches: InotifyWatches) {
        let due = commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in due { command(watches) }
    }
}
