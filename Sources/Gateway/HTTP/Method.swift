/// The methods whose meaning matters here.
enum Method: Hashable, Sendable {
    case get, head, options, trace, connect
    /// Any other: it may change something, so it is never repeated once it may have been seen.
    case other

    init(_ name: UnsafeRawBufferPointer) {
        // Methods are case-sensitive (RFC 9110, section 9.1).
        self =
            switch name.count {
            case 3 where name.isExactly("GET"): .get
            case 4 where name.isExactly("HEAD"): .head
            case 5 where name.isExactly("TRACE"): .trace
            case 7 where name.isExactly("OPTIONS"): .options
            case 7 where name.isExactly("CONNECT"): .connect
            default: .other
            }
    }

    /// RFC 9110, section 9.2.1.
    var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .connect, .other: false
        }
    }
}
