import RolloutCore
import RolloutSystem
import SystemPackage

/// Follows symbolic links one name at a time, so that where each one leads is seen and can be refused.
struct LinkResolver {
    let fileSystem: any FileSystem

    func isLink(_ path: FilePath) throws(ReleaseSourceError) -> Bool { try status(path)?.kind == .symbolicLink }

    /// Where `parts` lead from `start`; `nil` when there is nothing.
    ///
    /// - Parameter root: what the result must lie in, when it must.
    func resolve(
        _ parts: [String], from start: FilePath, within root: FilePath?
    ) throws(ReleaseSourceError) -> (FilePath, FileStatus)? {
        var current = start
        var pending = Array(parts.reversed())
        var links = 0
        while let part = pending.popLast() {
            if part == ".." {
                current.removeLastComponent()
                continue
            }
            let next = current.appending(part)
            guard let found = try status(next) else { return nil }
            guard found.kind == .symbolicLink else {
                if found.kind != .directory, !pending.isEmpty { return nil }
                current = next
                continue
            }
            links += 1
            guard links <= SourceLimits.linkDepth else {
                throw ReleaseSourceError("\(next)", "its symbolic links lead in a circle", remedy: "Remove the link")
            }
            let target = SourcePath(text(try read(next)))
            if target.isAbsolute { current = FilePath("/") }
            pending.append(contentsOf: target.parts.reversed())
        }
        if let root, !current.starts(with: root) {
            throw ReleaseSourceError(
                parts.joined(separator: "/"),
                "it is a symbolic link that leads out of the application's directory, to '\(current)'",
                remedy: "Copy the file into the directory")
        }
        guard let status = try status(current) else { return nil }
        return (current, status)
    }

    private func text(_ path: FilePath) -> String { path.string }

    private func status(_ path: FilePath) throws(ReleaseSourceError) -> FileStatus? {
        do throws(FileError) {
            return try fileSystem.status(path, for: .userRead)
        } catch {
            if error.code == .notDirectory { return nil }
            throw ReleaseSourceError("\(path)", ContentError(reading: path, error))
        }
    }

    private func read(_ path: FilePath) throws(ReleaseSourceError) -> FilePath {
        do throws(FileError) {
            return try fileSystem.readSymbolicLink(path, for: .userRead)
        } catch {
            throw ReleaseSourceError("\(path)", ContentError(reading: path, error))
        }
    }
}
