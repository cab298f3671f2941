/// What Spin and the embedded host write when all goes well: where they listen, which routes there are, where logs go. It explains
/// no failure.
enum StartUpLines {
    private static let beginnings = [
        "Serving http://", "Logging component stdio to ", "Preparing Wasm modules is taking a few seconds", "Storing default ",
    ]

    /// The other lines, in their order.
    static func removed(from lines: [String]) -> [String] {
        var areRoutes = false
        return lines.filter { line in
            if line == "Available Routes:" {
                areRoutes = true
                return false
            }
            // Routes, and what the manifest says about each of them; the heading may be among the lines that were not kept.
            areRoutes = areRoutes ? line.hasPrefix("  ") : isRoute(line)
            return !areRoutes && !beginnings.contains { line.hasPrefix($0) }
        }
    }

    /// `  shop: http://127.0.0.1:3000/shop (wildcard)`
    private static func isRoute(_ line: String) -> Bool {
        guard line.hasPrefix("  "), let colon = line.firstIndex(of: ":") else { return false }
        return line[line.index(after: colon)...].hasPrefix(" http://")
    }
}
