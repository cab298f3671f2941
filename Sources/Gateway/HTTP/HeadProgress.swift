/// What a parser says after it was shown the bytes that are there.
enum HeadProgress: Hashable, Sendable {
    /// Show it the same bytes again with more behind them.
    case incomplete
    /// The head is whole.
    case complete
    /// An HTTP/2 connection begins here.
    case preface
    case fault(HTTPFault)
}
