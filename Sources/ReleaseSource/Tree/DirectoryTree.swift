import RolloutCore
import RolloutSystem
import SystemPackage

/// A directory on disk as a source. Symbolic links are resolved here, name by name, and must stay inside: what is
/// published is what the person sees in this directory, nothing that a link brings in from elsewhere.
///
/// A path that itself leads outside (`../target/app.wasm`, as Cargo workspaces need it) is allowed: the person wrote it.
final class DirectoryTree: SourceTree {
    private let root: FilePath
    private let fileSystem: any FileSystem
    private(set) var warnings: [String] = []

    /// - Parameter root: absolute and resolved.
    init(_ root: FilePath, _ fileSystem: any FileSystem) {
        self.root = root
        self.fileSystem = fileSystem
    }

    func entry(_ path: SourcePath) throws(ReleaseSourceError) -> SourceEntry? {
        let resolver = LinkResolver(fileSystem: fileSystem)
        let start = path.isAbsolute ? FilePath("/") : root
        guard let (resolved, status) = try resolver.resolve(path.parts, from: start, within: path.leavesTree ? nil : root)
        else {
            return nil
        }
        switch status.kind {
        case .directory: return .directory
        case .regular:
            do throws(ContentError) {
                return .file(try FileContent(resolved, fileSystem))
            } catch {
                throw ReleaseSourceError("\(path)", error)
            }
        default:
            throw ReleaseSourceError(
                "\(path)", "it is a socket, pipe or device", remedy: "Leave it out with 'exclude_files', or remove it")
        }
    }

    func files(below directory: SourcePath, depth: Int) throws(ReleaseSourceError) -> [SourcePath] {
        var seen = 0
        var found: [SourcePath] = []
        var pending = [(directory, depth)]
        while let (current, left) = pending.popLast() {
            guard left > 0 else { continue }
            for name in try names(in: current, seen: &seen) {
                let path = current.appending([name])
                let resolver = LinkResolver(fileSystem: fileSystem)
                let isLink = try resolver.isLink(root.pushing(current.filePath).appending(name))
                guard let (_, status) = try resolver.resolve(path.parts, from: root, within: root) else {
                    warnings.append("'\(path)' is a link to nothing and was left out.")
                    continue
                }
                switch status.kind {
                case .regular: found.append(path)
                case .directory where isLink:
                    // Followed, it could lead round in circles.
                    warnings.append("'\(path)' is a link to a directory and was left out.")
                case .directory: pending.append((path, left - 1))
                default: warnings.append("'\(path)' is no regular file and was left out.")
                }
            }
        }
        return found.sorted()
    }

    private func names(in directory: SourcePath, seen: inout Int) throws(ReleaseSourceError) -> [String] {
        do throws(FileError) {
            let names = try fileSystem.list(
                root.pushing(directory.filePath), limit: SourceLimits.entries - seen, for: .userRead)
            seen += names.count
            return names
        } catch {
            switch error.code {
            case .tooMany:
                throw ReleaseSourceError(
                    "\(directory)", "there are more than \(SourceLimits.entries) files to look through",
                    remedy: "Name a smaller directory in 'files'")
            case .notFound, .notDirectory: return []
            default: throw ReleaseSourceError("\(directory)", ContentError(reading: FilePath("\(directory)"), error))
            }
        }
    }
}

extension SourcePath {
    var filePath: FilePath { FilePath(parts.joined(separator: "/")) }
}
