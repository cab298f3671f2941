/// One field line of a head.
struct HeaderField {
    /// The fields a gateway must understand.
    enum Kind: UInt8 {
        case other
        case connection, contentLength, transferEncoding, host, expect, upgrade
        /// Concerns only this connection, and nothing else of it matters: never passed on.
        case hop
        case forwardedFor, forwardedProto, forwardedHost
        /// The standard's own, which says all of that in one (RFC 7239).
        case forwarded
        /// `x-wasmrollout-…`, which only a gateway may set.
        case identity
    }

    var name: Span
    /// Without white space around it.
    var value: Span

    /// Reads a line. Nothing may stand between name and colon, no control in the value, no white space before the name.
    static func parse(_ bytes: UnsafeRawBufferPointer, line: Span) -> Result<HeaderField, HTTPFault> {
        let first = bytes[line.start]
        if first == 0x20 || first == 0x09 { return .failure(.folding) }
        var colon = line.start
        while colon < line.end, Characters.isToken(bytes[colon]) { colon &+= 1 }
        guard colon < line.end, colon > line.start, bytes[colon] == 0x3a else { return .failure(.fieldName) }
        var start = colon &+ 1
        var end = line.end
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start &+= 1 }
        while end > start, bytes[end &- 1] == 0x20 || bytes[end &- 1] == 0x09 { end &-= 1 }
        if bytes.hasControl(in: Span(start, end)) {
            return .failure(bytes[start..<end].contains(0x0d) ? .bareCarriageReturn : .fieldValue)
        }
        return .success(HeaderField(name: Span(line.start, colon), value: Span(start, end)))
    }

    /// Is this, to a backend that takes `_` for `-` as CGI and WAGI do, a field that the gateway sets or that frames the message?
    static func isDisguised(_ name: UnsafeRawBufferPointer) -> Bool {
        guard (14...21).contains(name.count), name.contains(0x5f) else { return false }
        return name.map { $0 == 0x5f ? 0x2d : $0 }.withUnsafeBytes { kind(of: $0) != .other }
    }

    static func kind(of name: UnsafeRawBufferPointer) -> Kind {
        switch name.count {
        case 2: name.equals("te") ? .hop : .other
        case 4: name.equals("host") ? .host : .other
        case 6: name.equals("expect") ? .expect : .other
        case 7: name.equals("upgrade") ? .upgrade : .other
        case 9: name.equals("forwarded") ? .forwarded : .other
        case 10: name.equals("connection") ? .connection : name.equals("keep-alive") ? .hop : .other
        case 14: name.equals("content-length") ? .contentLength : name.equals("http2-settings") ? .hop : .other
        case 15: name.equals("x-forwarded-for") ? .forwardedFor : .other
        case 16: name.equals("x-forwarded-host") ? .forwardedHost : name.equals("proxy-connection") ? .hop : .other
        case 17:
            name.equals("transfer-encoding") ? .transferEncoding : name.equals("x-forwarded-proto") ? .forwardedProto : .other
        case 18: name.equals("x-wasmrollout-host") ? .identity : .other
        case 21: name.equals("x-wasmrollout-release") ? .identity : .other
        default: .other
        }
    }
}
