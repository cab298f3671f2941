/// What is wrong with a message. From a client it is answered with `status`, from a backend with 502; the connection is
/// closed in both cases, because nobody can know any more where the next message begins.
enum HTTPFault: String, Error, Hashable, Sendable, CaseIterable {
    case startLine = "malformed start line"
    case method = "malformed method"
    case target = "malformed request target"
    case version = "unsupported HTTP version"
    case connectMethod = "CONNECT is not served here"
    case bareLineFeed = "line that does not end with CR LF"
    case bareCarriageReturn = "CR that is not part of a line end"
    case fieldName = "malformed field name"
    case fieldValue = "control character in a field value"
    case folding = "folded header field"
    case tooLarge = "header too large"
    case tooManyFields = "too many header fields"
    case hostMissing = "Host missing"
    case hostRepeated = "more than one Host"
    case hostMalformed = "malformed Host"
    case lengthMalformed = "malformed Content-Length"
    case lengthRepeated = "more than one Content-Length"
    case codingUnknown = "Transfer-Encoding other than chunked"
    case codingRepeated = "more than one Transfer-Encoding"
    case codingTooOld = "Transfer-Encoding in HTTP/1.0"
    case lengthAndCoding = "both Content-Length and Transfer-Encoding"
    case framingListed = "Connection lists a field that frames the message"
    case chunkSize = "malformed chunk size"
    case chunkEnd = "chunk longer than its size"
    case chunkLine = "chunk line or trailer too long"
    case trailer = "field that may not be a trailer"
    case upgradeUnasked = "switching protocols that nobody asked for"

    /// The status a client gets.
    var status: Int {
        switch self {
        case .tooLarge, .tooManyFields: 431
        case .version: 505
        case .connectMethod: 501
        default: 400
        }
    }
}
