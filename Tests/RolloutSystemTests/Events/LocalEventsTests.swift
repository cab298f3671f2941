import Glibc
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutSystem

@Suite struct LocalEventsTests {
    private let files = LinuxFileSystem()
    private let events: LocalEvents

    init() throws { events = try #require(LocalEvents.shared) }

    /// How many hints a stream has given so far, read by a task of its own.
    private final class Hints: Sendable {
        private let state = Mutex((count: 0, isEnded: false))
        private let task = Mutex<Task<Void, Never>?>(nil)

        init(_ stream: AsyncStream<Void>) {
            let task = Task { [weak self] in
                for await _ in stream { self?.state.withLock { $0.count += 1 } }
                self?.state.withLock { $0.isEnded = true }
            }
            self.task.withLock { $0 = task }
        }

        var count: Int { state.withLock { $0.count } }
        var isEnded: Bool { state.withLock { $0.isEnded } }
        func stop() { task.withLock { $0?.cancel() } }

        /// Waits for a hint beyond the `count` known so far.
        func more(than count: Int) async -> Bool { await eventually { self.count > count } }
    }

    private func rewrite(_ path: FilePath) throws {
        let file = try files.openForUpdating(path, mode: 0o644, for: .beaconWrite)
        defer { files.close(file) }
        try files.writeAll(file, Array("again".utf8), for: .beaconWrite)
    }

    /// Waits until every event so far was delivered.
    private func settle() async {
        let done = Eventual<Void>()
        events.perform { _ in done.fulfill(()) }
        await done.value
    }

    @Test func hintComesAtOnceSoThatWhatHappenedBeforeIsFound() async throws {
        try await withTemporaryDirectory { directory in
            let hints = Hints(try await events.watch(directory))
            #expect(await hints.more(than: 0))
            hints.stop()
        }
    }

    @Test func rewriteInPlaceOfAWatchedFileGivesAHint() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("head")
            try files.make(path, "first")
            let hints = Hints(try await events.watch(path))
            for _ in 0..<3 {
                await settle()
                let count = hints.count
                try rewrite(path)
                #expect(await hints.more(than: count))
            }
            hints.stop()
        }
    }

    @Test func watchedDirectoryHintsAtNewReplacedAndRewrittenFiles() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("head")
            let hints = Hints(try await events.watch(directory))
            for change in [
                { try files.make(path, "created") }, { try rewrite(path) },
                { try AtomicWrite(files, .user).replace(path, with: [1], mode: 0o644) },
            ] {
                await settle()
                let count = hints.count
                try change()
                #expect(await hints.more(than: count))
            }
            hints.stop()
        }
    }

    @Test func pathThatDoesNotExistIsAnError() async throws {
        await #expect(throws: FileError.self) { try await events.watch("/nonexistent/path") }
        let code = await refusalOfWatch("/nonexistent/path")
        #expect(code == .notFound)
    }

    private func refusalOfWatch(_ path: FilePath) async -> FileError.Code? {
        do throws(FileError) {
            _ = try await events.watch(path)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func streamEndsWhenThePathIsRemovedAndItCanBeWatchedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("head")
            for _ in 0..<3 {
                try files.make(path, "x")
                let hints = Hints(try await events.watch(path))
                let count = hints.count
                try rewrite(path)
                #expect(await hints.more(than: count))
                try files.unlink(path, for: .userWrite)
                #expect(await eventually { hints.isEnded })
            }
        }
    }

    @Test func twoListenersOfOneFileGetHintsUntilEachLetsGo() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("head")
            try files.make(path, "x")
            try files.link(path, to: directory.appending("other name"), for: .userWrite)
            let first = Hints(try await events.watch(path))
            let second = Hints(try await events.watch(directory.appending("other name")))
            await settle()
            #expect(await first.more(than: 0))
            #expect(await second.more(than: 0))
            first.stop()
            #expect(await eventually { first.isEnded })
            let count = second.count
            try rewrite(path)
            #expect(await second.more(than: count))
            second.stop()
        }
    }

    @Test func watchesEndInTheKernelWhenNobodyListens() async throws {
        try await withTemporaryDirectory { directory in
            let hints = Hints(try await events.watch(directory))
            let identity = try #require(try files.status(directory, for: .userRead))
            #expect(try isWatched(inode: identity.inode))
            hints.stop()
            #expect(try await eventually { try !isWatched(inode: identity.inode) })
        }
    }

    private func isWatched(inode: UInt64) throws -> Bool {
        try InotifyDescriptor.open.contains { descriptor in
            let path = FilePath("/proc/self/fdinfo/\(descriptor)")
            let text = String(decoding: try files.readAll(path, limit: 1 << 20, for: .localEvents), as: UTF8.self)
            return text.contains("ino:\(String(inode, radix: 16)) ")
        }
    }

    @Test func overflowOfTheQueueHintsAtEverything() async throws {
        let limit = try #require(
            Int(try files.text("/proc/sys/fs/inotify/max_queued_events").split(separator: "\n")[0]))
        try await withTemporaryDirectory { directory in
            let (quiet, busy) = (directory.appending("quiet"), directory.appending("busy"))
            for path in [quiet, busy] { try files.createDirectory(path, mode: 0o755, for: .userWrite) }
            let quietHints = Hints(try await events.watch(quiet))
            let busyHints = Hints(try await events.watch(busy))
            await settle()
            let count = quietHints.count
            // On the thread that would read them, so that they pile up.
            events.perform { _ in
                let descriptors = ["a", "b"].map { open(busy.appending($0).string, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
                // In turns: the kernel merges equal events that follow each other.
                for number in 0..<limit + 100 { _ = write(descriptors[number % 2], "x", 1) }
                for descriptor in descriptors { close(descriptor) }
            }
            #expect(await quietHints.more(than: count))
            let later = busyHints.count
            await settle()
            try rewrite(busy.appending("a"))
            #expect(await busyHints.more(than: later))
            quietHints.stop()
            busyHints.stop()
        }
    }

    @Test func descriptorIsNotLeftOpenForOtherPrograms() {
        for descriptor in InotifyDescriptor.open { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
        #expect(!InotifyDescriptor.open.isEmpty)
    }
}
