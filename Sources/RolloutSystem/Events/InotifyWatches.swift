import CInotifyTools
import Glibc
import SystemPackage

/// The library's one instance and who listens to what. Used by the thread that made it alone.
final class InotifyWatches {
    /// What the kernel watches: a file, whatever its names.
    fileprivate struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    fileprivate struct Watch {
        var identity: Identity
        var subscribers: [UInt64: AsyncStream<Void>.Continuation]
    }

    /// Rewritten in place, replaced by rename, created. Not names that disappear, and not attributes: nothing waits for those.
    private static let mask = UInt32(IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

    private let descriptor: Int32
    private var watches: [Int32: Watch] = [:]
    private var numbers: [Identity: Int32] = [:]
    private var nextSubscriber: UInt64 = 0
    private var wakeUpNumber: Int32 = -1
    /// Whether the last event was the wake-up, or may have been it.
    private(set) var wasWoken = false

    /// - Parameter wakeUp: the file whose change ends a wait.
    init?(wakeUp: FilePath) {
        let before = Set(InotifyDescriptor.open)
        guard inotifytools_initialize() != 0 else { return nil }
        // The library does not tell its descriptor, and leaves it open for every program this process starts.
        let new = InotifyDescriptor.open.filter { !before.contains($0) }
        guard new.count == 1, new[0] < Int32(FD_SETSIZE), fcntl(new[0], F_SETFD, FD_CLOEXEC) == 0 else {
            inotifytools_cleanup()
            return nil
        }
        descriptor = new[0]
        do throws(FileError) {
            wakeUpNumber = try watch(wakeUp, mask: UInt32(IN_ATTRIB))
        } catch {
            inotifytools_cleanup()
            return nil
        }
    }

    /// Returns the number that `remove` takes.
    func add(_ path: FilePath, _ continuation: AsyncStream<Void>.Continuation) throws(FileError) -> UInt64 {
        let number = try watch(path)
        nextSubscriber += 1
        watches[number]?.subscribers[nextSubscriber] = continuation
        return nextSubscriber
    }

    private func watch(_ path: FilePath, mask: UInt32 = mask) throws(FileError) -> Int32 {
        let identity = try identity(of: path)
        // The kernel gives a file that is watched already the same number again, and the library then loses track.
        if let number = numbers[identity] { return number }
        let before = Set(InotifyDescriptor.watchNumbers(of: descriptor))
        guard path.withPlatformString({ inotifytools_watch_file($0, Int32(bitPattern: mask)) }) != 0 else {
            throw failure(path, inotifytools_error())
        }
        // Not asked by name: the library forgets no name whose file was removed, and would give the old number.
        let new = InotifyDescriptor.watchNumbers(of: descriptor).filter { !before.contains($0) }
        guard let number = new.first else {
            // Replaced between the two looks by one that is watched, or removed: trying again finds out.
            throw failure(path, EAGAIN)
        }
        watches[number] = Watch(identity: identity, subscribers: [:])
        numbers[identity] = number
        return number
    }

    private func identity(of path: FilePath) throws(FileError) -> Identity {
        var found = Glibc.stat()
        guard path.withPlatformString({ stat($0, &found) }) == 0 else { throw failure(path, errno) }
        return Identity(device: UInt64(found.st_dev), inode: UInt64(found.st_ino))
    }

    private func failure(_ path: FilePath, _ number: Int32) -> FileError {
        // inotify(7): ENOSPC means that this user may have no more watches, not that a disk is full.
        let code: FileError.Code = number == ENOSPC ? .tooMany : FileError.Code(errno: number)
        return FileError(code: code, errno: number, operation: .watch, path: path, purpose: .localEvents)
    }

    func remove(_ subscriber: UInt64) {
        guard let number = watches.first(where: { $0.value.subscribers[subscriber] != nil })?.key else { return }
        watches[number]?.subscribers[subscriber] = nil
        guard watches[number]?.subscribers.isEmpty == true else { return }
        forget(number)
        // The library complains on standard error about a watch that the kernel has ended already.
        if InotifyDescriptor.watchNumbers(of: descriptor).contains(number) { _ = inotifytools_remove_watch_by_wd(number) }
    }

    private func forget(_ number: Int32) {
        if let watch = watches.removeValue(forKey: number) { numbers[watch.identity] = nil }
    }

    /// Waits for an event and passes it on.
    func deliverNext() {
        wasWoken = false
        // No limit. The library also takes 0 for none, whatever its documentation says.
        guard let event = inotifytools_next_event(-1)?.pointee else {
            // Nothing known leads here. Should it go on, hints stop, but the processor is left alone.
            sleep(1)
            wasWoken = true
            return
        }
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
            // Whose events were lost is not known, and the wake-up may be one of them.
            for watch in watches.values { watch.hint() }
            wasWoken = true
            return
        }
        wasWoken = event.wd == wakeUpNumber
        guard let watch = watches[event.wd] else { return }
        watch.hint()
        // The file is gone, and the kernel's watch with it.
        if event.mask & UInt32(IN_IGNORED) != 0 {
            forget(event.wd)
            for subscriber in watch.subscribers.values { subscriber.finish() }
        }
    }
}

extension InotifyWatches.Watch {
    fileprivate func hint() { for subscriber in subscribers.values { subscriber.yield() } }
}
