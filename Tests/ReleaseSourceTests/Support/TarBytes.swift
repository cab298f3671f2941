/// Builds tar archives by hand, malicious ones too.
struct TarBytes {
    private var blocks: [UInt8] = []

    mutating func add(_ path: String, _ content: [UInt8] = [], type: Character = "0", link: String = "", size: Int? = nil) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, _ limit: Int) {
            for (index, byte) in text.utf8.prefix(limit).enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(path, at: 0, 100)
        put(octal(0o644, 7), at: 100, 7)
        put(octal(size ?? content.count, 11), at: 124, 11)
        put(String(type), at: 156, 1)
        put(link, at: 157, 100)
        put("ustar\u{0}00", at: 257, 8)
        put("        ", at: 148, 8)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148, 8)
        blocks += header + content
        blocks += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// A pax header before the next entry.
    mutating func pax(_ key: String, _ value: String) {
        let body = " \(key)=\(value)\n"
        var length = body.utf8.count + 1
        while "\(length)".utf8.count + body.utf8.count != length { length += 1 }
        add("pax", Array("\(length)\(body)".utf8), type: "x")
    }

    /// A GNU long name before the next entry.
    mutating func longName(_ name: String) { add("././@LongLink", Array(name.utf8) + [0], type: "L") }

    var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }
}
