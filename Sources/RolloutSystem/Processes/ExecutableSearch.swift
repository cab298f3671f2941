import Glibc
import SystemPackage

/// The program that `name` means: itself when it holds a slash, else the first match in `searchPath` (directories
/// separated by colons, as in PATH). `nil` when there is none that may be executed.
package func findExecutable(_ name: String, searchPath: String) -> FilePath? {
    if name.contains("/") { return isExecutable(FilePath(name)) ? FilePath(name) : nil }
    guard !name.isEmpty else { return nil }
    // An empty entry means the working directory to a shell; here it means nothing, because nobody intends it.
    return searchPath.split(separator: ":").lazy.map { FilePath(String($0)).appending(name) }.first(where: isExecutable)
}

private func isExecutable(_ path: FilePath) -> Bool {
    var found = Glibc.stat()
    return path.withPlatformString { name in
        stat(name, &found) == 0 && found.st_mode & S_IFMT == S_IFREG && access(name, X_OK) == 0
    }
}
