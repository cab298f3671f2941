/// How a body ends (RFC 9112, section 6.3).
enum BodyFraming: Hashable, Sendable {
    case none
    case length(UInt64)
    case chunked
    case untilClose
}
