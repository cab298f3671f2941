import Glibc
import Synchronization
import SystemPackage

/// A log file that grows as long as its application lives, and the older one beside it, `.old`.
struct LogFile: Sendable {
    let path: FilePath
    /// Bytes.
    let limit: Int64

    static let oldSuffix = ".old"
    private var old: FilePath { FilePath(path.string + Self.oldSuffix) }

    /// Makes room when the file has reached its limit: it becomes the older one, and whoever opens it next begins anew.
    func turn() {
        // Two who turn it at the same time would throw away what both have just moved.
        Self.turning.withLock { _ in
            if size(of: path) >= limit {
                _ = path.withPlatformString { path in old.withPlatformString { rename(path, $0) } }
            } else if size(of: old) / 4 >= limit {
                // Somebody opened it before it was moved and goes on and on. All who write there append, so it can be emptied.
                _ = old.withPlatformString { truncate($0, 0) }
            }
        }
    }

    /// Opens it for appending, with room; `nil` when it cannot be opened.
    func open() -> FileDescriptor? {
        turn()
        return try? FileDescriptor.open(
            path, .writeOnly, options: [.create, .append, .closeOnExec, .noFollow], permissions: [.ownerReadWrite, .groupRead])
    }

    private static let turning = Mutex(())

    /// 0 for what is no file.
    private func size(of path: FilePath) -> Int64 {
        var found = stat()
        guard path.withPlatformString({ lstat($0, &found) }) == 0, found.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int64(found.st_size)
    }
}
