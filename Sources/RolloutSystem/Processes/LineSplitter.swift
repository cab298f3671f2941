/// Cuts a stream of bytes into lines. Ends of line (`\n`, `\r\n`) are left out; a line longer than the limit is cut into
/// several, so that output without any end of line takes bounded memory.
package struct LineSplitter: Sendable {
    private var partial: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: bytes per line.
    package init(limit: Int = 8192) { self.limit = limit }

    /// The lines that these bytes complete. Bytes that are not UTF-8 become U+FFFD.
    package mutating func lines(adding bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
                lines.append(takePartial())
            } else {
                if partial.count == limit { lines.append(takePartial()) }
                partial.append(byte)
            }
        }
        return lines
    }

    /// What came after the last end of line; `nil` when nothing did.
    package mutating func finish() -> String? { partial.isEmpty ? nil : takePartial() }

    private mutating func takePartial() -> String {
        defer { partial.removeAll(keepingCapacity: true) }
        return String(decoding: partial, as: UTF8.self)
    }
}
