/// The HTTP response that a guest's standard output stands for, by Spin's rules (Spin 4, `crates/http/src/wagi/mod.rs`).
package struct WagiResponse: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    /// Lower-case names, each once, sorted. Never one that concerns the connection or the length: those are the server's.
    package var headers: [Header]
    package var body: ArraySlice<UInt8>
    /// Why the answer is not the guest's own, for the log; `nil` when it is.
    package var defect: WagiDefect?

    /// An answer without a body.
    package init(status: Int, defect: WagiDefect? = nil) {
        self.status = status
        headers = []
        body = []
        self.defect = defect
    }

    /// Reads everything a guest wrote before it ended with code 0. What it wrote before ending otherwise is never
    /// looked at.
    package init(output: [UInt8]) {
        guard !output.isEmpty else {
            self.init(status: 500, defect: WagiDefect(.malformed, "it wrote nothing to standard output"))
            return
        }
        self.init(status: 200)
        guard let (head, body) = Self.split(output) else {
            self = .insufficient
            return
        }
        guard let text = String(validating: head, as: UTF8.self) else {
            self.init(status: 500, defect: WagiDefect(.malformed, "its header is not UTF-8"))
            return
        }
        self.body = body
        apply(Self.fields(text))
    }

    /// Up to the first empty line, carriage returns left out; `nil` when there is no empty line.
    private static func split(_ output: [UInt8]) -> (head: [UInt8], body: ArraySlice<UInt8>)? {
        var head: [UInt8] = []
        for (index, byte) in output.enumerated() where byte != 13 {
            if byte == 10, head.last == 10 { return (head, output[(index + 1)...]) }
            head.append(byte)
        }
        return nil
    }

    /// By lower-case name, the last of each: even of Set-Cookie only one gets through.
    private static func fields(_ head: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in head.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].trimmed.lowercased()] = String(line[line.index(after: colon)...].trimmed)
        }
        return fields
    }

    private mutating func apply(_ fields: [String: String]) {
        guard fields.keys.contains(where: { Self.sufficient.contains($0) }) else {
            self = .insufficient
            return
        }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where name != "status" {
            guard isToken(name) else { continue }
            guard value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
                self = Self(
                    status: 500, defect: WagiDefect(.malformed, "its header '\(name)' has a value that HTTP does not allow"))
                return
            }
            if !Self.reserved.contains(name) { headers.append(Header(name: name, value: value)) }
        }
        if let status = fields["status"] {
            applyStatus(status)
        } else if fields["location"] != nil {
            status = 302
        }
    }

    private mutating func applyStatus(_ text: String) {
        let code = text.prefix { $0 != " " }
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(code), number >= 100
        else {
            status = 502
            defect = WagiDefect(.malformed, "its status '\(text.prefix(40))' is no status")
            return
        }
        if number < 200 {
            self = Self(status: 500, defect: WagiDefect(.malformed, "its status \(number) is not a final one"))
        } else {
            status = number
        }
    }

    private static let sufficient: Set<String> = ["content-type", "status", "location"]

    private static let reserved: Set<String> = [
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static var insufficient: Self {
        let text = "Exactly one of 'location' or 'content-type' must be specified"
        var response = Self(
            status: 500,
            defect: WagiDefect(.malformed, "its output has no content-type, location or status header before an empty line"))
        response.body = Array(text.utf8)[...]
        return response
    }
}

private func isToken(_ name: String) -> Bool {
    !name.isEmpty
        && name.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            case 33, 35, 36, 37, 38, 39, 42, 43, 45, 46, 94, 95, 96, 124, 126: true
            default: false
            }
        }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return text
    }
}
