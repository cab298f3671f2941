/// What became of a hook.
enum HookOutcome: Hashable, Sendable {
    /// It exited with code 0.
    case passed
    /// It said no, or took too long: why, with the last line it wrote.
    case failed(String)
    /// It could not be run at all, which says nothing about the release.
    case unavailable(String)
    /// Nobody waits for it any more; it was ended.
    case cancelled
}
