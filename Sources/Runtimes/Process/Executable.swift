import Glibc
import SystemPackage

/// Programs by name, as a shell finds them.
package enum Executable {
    /// The first executable file of that name in `path` (colon-separated); a name with a slash is taken as it is.
    package static func find(_ name: String, path: String?) -> FilePath? {
        if name.contains("/") { return isExecutable(name) ? FilePath(name) : nil }
        for directory in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/\(name)"
            if isExecutable(candidate) { return FilePath(candidate) }
        }
        return nil
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
