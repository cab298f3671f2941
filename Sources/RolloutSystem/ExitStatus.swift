/// How a process ended.
package enum ExitStatus: Hashable, Sendable {
    /// It returned this code, 0 to 255.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32)
}
