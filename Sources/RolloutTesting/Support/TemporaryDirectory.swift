import Glibc
import RolloutSystem
import SystemPackage

/// A directory of one test's own, removed with all that is in it.
package struct TemporaryDirectory: Sendable {
    package let path: FilePath

    package init() {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let name = "wasmrollout-test-" + String(UInt64.random(in: .min ... .max), radix: 16)
        path = FilePath(base).appending(name)
        let result = path.withPlatformString { mkdir($0, 0o700) }
        precondition(result == 0, "no temporary directory at \(path): error \(errno)")
    }

    package func remove() {
        makeWritable(path)
        try? LinuxFileSystem().removeTree(path, for: .userWrite)
    }

    /// A test may have taken its own rights away.
    private func makeWritable(_ directory: FilePath) {
        let files = LinuxFileSystem()
        try? files.setMode(directory, 0o700, for: .userWrite)
        for name in (try? files.list(directory, limit: 100_000, for: .userWrite)) ?? [] {
            let path = directory.appending(name)
            if let found = try? files.status(path, for: .userWrite), found.kind == .directory { makeWritable(path) }
        }
    }
}

/// Runs `body` with a temporary directory.
package func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
    let directory = TemporaryDirectory()
    defer { directory.remove() }
    return try await body(directory.path)
}
