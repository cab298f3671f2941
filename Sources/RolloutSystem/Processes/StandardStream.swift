/// What a new process gets as its standard input, output or error.
package enum StandardStream: Hashable, Sendable {
    /// `/dev/null`.
    case null
    /// The same as this process has.
    case inherited
    /// A copy of a descriptor of this process, which stays the caller's.
    case descriptor(Int32)
    /// A pipe whose other end the caller gets, owns and closes (`LaunchedProcess.standardInput` and so on).
    case pipe
    /// Output only: lines in `LaunchedProcess.output`, always drained, so that the process never blocks on a full pipe.
    case lines
}
