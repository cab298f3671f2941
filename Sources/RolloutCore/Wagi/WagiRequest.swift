/// One HTTP request, as a WAGI guest is told of it: by arguments and environment, the way CGI does, with Spin's own
/// additions and its quirks (Spin 4, `crates/http/src/wagi/mod.rs` and `crates/trigger-http/src/headers.rs`).
package struct WagiRequest: Sendable {
    package var method: String
    /// As on the request line: `/path?query`, or absolute with a scheme.
    package var target: String
    /// In the order received, names in any case.
    package var headers: [(name: String, value: String)]
    /// The client's IP address.
    package var clientHost: String
    package var clientPort: Int
    /// Bytes of the body, all of which the guest gets on standard input.
    package var bodyLength: Int
    /// Minor version of HTTP/1.
    package var minorVersion: Int

    package init(
        method: String, target: String, headers: [(name: String, value: String)], clientHost: String, clientPort: Int,
        bodyLength: Int, minorVersion: Int = 1
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.clientHost = clientHost
        self.clientPort = clientPort
        self.bodyLength = bodyLength
        self.minorVersion = minorVersion
    }

    /// The raw path, not decoded, without the query; `/` when the target has none.
    package var path: String {
        let path = pathAndQuery.prefix { $0 != "?" }
        return path.isEmpty ? "/" : String(path)
    }

    /// What stands behind the first `?`; empty when there is none.
    package var query: String {
        let text = pathAndQuery
        guard let mark = text.firstIndex(of: "?") else { return "" }
        return String(text[text.index(after: mark)...])
    }

    private var pathAndQuery: Substring {
        var text = target.prefix { $0 != "#" }
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            text = text.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
        }
        return text
    }

    /// The last value of the header; names are compared without case.
    package func header(_ name: String) -> String? { headers.last { $0.name.lowercased() == name }?.value }

    /// The guest's `argv`. Spin puts the full path and the query into the template and splits the result at every
    /// space, so that a request without a query has an empty last argument.
    package func arguments(template: String = Self.argumentTemplate) -> [String] {
        let separated = String(query.map { $0 == "&" ? " " : $0 })
        return template.replacing("${SCRIPT_NAME}", path).replacing("${ARGS}", separated)
            .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    }

    /// What a component has that names none.
    package static let argumentTemplate = "${SCRIPT_NAME} ${ARGS}"
}

extension String {
    /// Every occurrence of a text by another: the standard library's own needs a module this one does not import.
    fileprivate func replacing(_ text: String, _ replacement: String) -> String {
        var result = ""
        var rest = self[...]
        while let start = rest.firstIndex(where: { $0 == text.first }) {
            result += rest[..<start]
            rest = rest[start...]
            if rest.hasPrefix(text) {
                result += replacement
                rest = rest.dropFirst(text.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }
}
