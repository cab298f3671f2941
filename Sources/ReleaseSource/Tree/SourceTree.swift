import RolloutCore

/// The files that a Spin manifest refers to: a directory on disk, or the file system of an image.
///
/// Paths are relative to the manifest's directory, `/`-separated and normalized (`SourcePath`).
protocol SourceTree {
    /// What has this name; `nil` when nothing has. Links are followed, but not out of the tree.
    func entry(_ path: SourcePath) throws(ReleaseSourceError) -> SourceEntry?
    /// All files below a directory, as paths of the tree, sorted; at most `depth` names deep.
    func files(below directory: SourcePath, depth: Int) throws(ReleaseSourceError) -> [SourcePath]
    /// What was left out while looking through it, in words.
    var warnings: [String] { get }
}

enum SourceEntry {
    case file(any Content)
    case directory
}

/// A path as a manifest writes it, brought to one form: no empty or `.` parts, `..` only at the beginning.
struct SourcePath: Hashable, Comparable, CustomStringConvertible {
    let parts: [String]
    let isAbsolute: Bool

    static let root = SourcePath(parts: [])

    init(parts: [String], isAbsolute: Bool = false) {
        self.parts = parts
        self.isAbsolute = isAbsolute
    }

    init(_ text: String) {
        var parts: [String] = []
        isAbsolute = text.isAbsolutePath
        for part in text.pathParts where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        self.parts = parts
    }

    /// Whether it leads out of the directory it is relative to.
    var leavesTree: Bool { isAbsolute || parts.first == ".." }

    var description: String { (isAbsolute ? "/" : "") + (parts.isEmpty && !isAbsolute ? "." : parts.joined(separator: "/")) }

    func appending(_ other: [String]) -> SourcePath { SourcePath(parts: parts + other, isAbsolute: isAbsolute) }

    static func < (left: Self, right: Self) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}
