/// A route of a Spin manifest: `/x`, `/x/...`, `/u/:id`, in any mixture that ends with at most one `...`.
///
/// Matches as Spin 4 does (spin-http `routes.rs` on routefinder 0.5), with one difference: a `:name` always takes a
/// whole path segment, routefinder would also end it at a dot.
package struct Route: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case exact(String)
        case parameter(String)
    }

    /// As written in the manifest.
    package let raw: String
    /// `raw` with a leading slash and without one trailing slash; `""` for `/`.
    package let based: String
    let segments: [Segment]
    /// Whether it ends with `/...` (or `/*`).
    package let isWildcard: Bool

    package init(_ raw: String) {
        self.raw = raw
        let absolute = raw.hasPrefix("/") ? raw : "/" + raw
        based = absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
        isWildcard = based.hasSuffix("/...") || based.hasSuffix("/*")
        let parts = based.trimmingSlashes.split(separator: "/", omittingEmptySubsequences: true)
        segments = (isWildcard ? parts.dropLast() : parts[...]).map { part in
            part.hasPrefix(":") ? .parameter(String(part.dropFirst())) : .exact(String(part))
        }
    }

    /// `based` without the trailing `/...`.
    package var basedPrefix: String { Self.withoutWildcard(based) }
    /// `raw` without the trailing `/...`.
    package var rawPrefix: String { Self.withoutWildcard(raw) }

    private static func withoutWildcard(_ text: String) -> String {
        text.hasSuffix("/...") ? String(text.dropLast(4)) : text
    }

    /// What `path` (raw, as requested, without the query) gives the route's parameters and wildcard; `nil` when it does
    /// not match.
    package func match(_ path: String) -> RouteMatch? {
        var rest = path.trimmingSlashes
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            if index > 0 {
                guard rest.first == "/" else { return nil }
                rest = rest.dropFirst()
            }
            let part = rest.prefix { $0 != "/" }
            switch segment {
            case .exact(let text): guard part == text else { return nil }
            case .parameter(let name):
                guard !part.isEmpty else { return nil }
                parameters[name] = String(part)
            }
            rest = rest.dropFirst(part.count)
        }
        guard isWildcard else { return rest.isEmpty ? RouteMatch(route: self, parameters: parameters, trailing: "") : nil }
        if !segments.isEmpty, !rest.isEmpty {
            guard rest.first == "/" else { return nil }
            rest = rest.dropFirst()
        }
        // The trailing slash was trimmed for the match; Spin gives it back, once.
        let trailing = (rest.isEmpty ? "" : "/" + rest) + (path.hasSuffix("/") ? "/" : "")
        return RouteMatch(route: self, parameters: parameters, trailing: trailing)
    }

    /// Whether this route is tried before `other`: exact before parameter before wildcard, at the first segment that
    /// differs.
    func isMoreSpecific(than other: Route) -> Bool {
        for (mine, theirs) in zip(ranks, other.ranks) where mine != theirs { return mine < theirs }
        return false
    }

    // The end ranks before a wildcard, which may be empty; next to anything else no path matches both routes.
    private var ranks: [Int] {
        segments.map { segment in
            switch segment {
            case .exact: 0
            case .parameter: 1
            }
        } + [isWildcard ? 2 : 1]
    }
}

/// A route that matched a path.
package struct RouteMatch: Hashable, Sendable {
    package let route: Route
    /// By name, without the colon.
    package let parameters: [String: String]
    /// What the wildcard took, with a leading slash: for `/foo/...`, `/foo` gives `""`, `/foo/` gives `/`, `/foo/b`
    /// gives `/b`.
    package let trailing: String
}

extension String {
    var trimmingSlashes: Substring {
        var text = self[...]
        while text.first == "/" { text = text.dropFirst() }
        while text.last == "/" { text = text.dropLast() }
        return text
    }
}
