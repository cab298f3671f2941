/// Which component answers which path.
package struct RouteTable: Sendable {
    private struct Entry: Sendable {
        var route: Route
        var index: Int
    }

    /// Most specific first.
    private var entries: [Entry] = []

    /// Takes routes as written, in the manifest's order. Of two that are written alike the later one counts.
    package init(_ routes: [String]) {
        var byText: [String: Int] = [:]
        for (index, text) in routes.enumerated() {
            if let earlier = byText[text] {
                entries[earlier].index = index
            } else {
                byText[text] = entries.count
                entries.append(Entry(route: Route(text), index: index))
            }
        }
        // Insertion order is kept among equals: `sort` makes no such promise, so the position is part of the comparison.
        entries = entries.enumerated()
            .sorted { left, right in
                if left.element.route.isMoreSpecific(than: right.element.route) { return true }
                if right.element.route.isMoreSpecific(than: left.element.route) { return false }
                return left.offset < right.offset
            }
            .map(\.element)
    }

    /// The most specific route that matches a raw path, and its position in what the table was made from.
    package func match(_ path: String) -> (index: Int, match: RouteMatch)? {
        for entry in entries {
            if let match = entry.route.match(path) { return (entry.index, match) }
        }
        return nil
    }
}
