import SystemPackage

/// The process that strategy `signal` means.
package enum SignalTarget: Hashable, Sendable {
    /// Its id is in a file.
    case pidFile(FilePath)
    /// It runs this program, a file's name without directories, and has the argument, if one is given. For applications in another
    /// container whose processes are seen here (`pidMode: task`).
    case program(String, argument: String?)
}
