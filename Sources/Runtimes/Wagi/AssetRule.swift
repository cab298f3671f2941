import RolloutCore

/// One entry of a component's `files`: which files of the release the guest sees, and where.
enum AssetRule: Hashable, Sendable {
    /// A glob (`*`, `**`, `?`) or path relative to the manifest; the guest sees each file under the same path.
    case matching(String)
    /// A file or directory, and the guest's path for it.
    case placed(source: String, destination: String)

    /// The path of a release's file in the guest, without leading slash; `nil` when this rule does not take it.
    func guestPath(of path: String) -> String? {
        switch self {
        case .matching(let pattern):
            let pattern = Self.normal(pattern)
            return Self.matches(path, pattern) || path.hasPrefix(pattern + "/") ? path : nil
        case .placed(let source, let destination):
            let source = Self.normal(source)
            let destination = Self.normal(destination)
            if path == source { return destination }
            guard source.isEmpty || path.hasPrefix(source + "/") else { return nil }
            let inside = source.isEmpty ? path[...] : path.dropFirst(source.count + 1)
            return destination.isEmpty ? String(inside) : "\(destination)/\(inside)"
        }
    }

    static func matches(_ path: String, _ pattern: String) -> Bool {
        matches(path.pathParts[...], normal(pattern).pathParts[...])
    }

    /// Without `.` parts and outer slashes.
    private static func normal(_ path: String) -> String {
        path.pathParts.filter { $0 != "." }.joined(separator: "/")
    }

    private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            return matches(path, pattern.dropFirst()) || (!path.isEmpty && matches(path.dropFirst(), pattern))
        }
        guard let part = path.first, matches(part[...], first[...]) else { return false }
        return matches(path.dropFirst(), pattern.dropFirst())
    }

    /// Within one part of a path. Goes back to the last star only, which is enough and keeps it quick.
    private static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        let text = Array(text)
        let pattern = Array(pattern)
        var (at, want) = (0, 0)
        var star: (at: Int, want: Int)?
        while at < text.count {
            if want < pattern.count, pattern[want] == "*" {
                star = (at, want)
                want += 1
            } else if want < pattern.count, pattern[want] == "?" || pattern[want] == text[at] {
                at += 1
                want += 1
            } else if let back = star {
                star = (back.at + 1, back.want)
                at = back.at + 1
                want = back.want + 1
            } else {
                return false
            }
        }
        return pattern[want...].allSatisfy { $0 == "*" }
    }
}
