import Glibc

/// How many files, sockets included, this process may have open.
package enum OpenFileLimit {
    /// `nil` when it cannot be told.
    package static var current: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}
