import Glibc
import SystemPackage

extension FilePath {
    /// The same place by a name without symbolic links. What does not exist yet is taken as it is written.
    ///
    /// For the roots of volumes and stores, once, where a person names them: below a root no link is followed. Looks at the disk,
    /// and so blocks as long as that does.
    package func resolvingLinks() -> FilePath {
        var existing = lexicallyNormalized()
        var rest: [FilePath.Component] = []
        while true {
            if let resolved = existing.withPlatformString({ realpath($0, nil) }) {
                defer { free(resolved) }
                return rest.reversed().reduce(FilePath(platformString: resolved)) { $0.appending($1) }
            }
            guard errno == ENOENT, let last = existing.lastComponent, existing.removeLastComponent(), !existing.isEmpty else {
                return self
            }
            rest.append(last)
        }
    }
}
