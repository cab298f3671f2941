import Glibc
import SystemPackage

/// A component's log file, opened anew for each request as Spin does, so that it can be moved away at any time.
enum GuestLog {
    /// Open for appending; begun anew when larger than `limit` bytes, with the older one kept beside it. `nil` when it
    /// cannot be opened: a request is answered all the same.
    static func open(_ path: FilePath, limit: Int64) -> FileDescriptor? {
        guard let file = append(path) else { return nil }
        guard let size = try? file.seek(offset: 0, from: .end), size > limit else { return file }
        try? file.close()
        _ = path.withPlatformString { old in FilePath(path.string + ".old").withPlatformString { rename(old, $0) } }
        return append(path)
    }

    private static func append(_ path: FilePath) -> FileDescriptor? {
        try? FileDescriptor.open(
            path, .writeOnly, options: [.create, .append, .closeOnExec, .noFollow], permissions: [.ownerReadWrite, .groupRead])
    }
}
