import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct ExecutableSearchTests {
    @Test func firstExecutableOnThePathIsFound() async throws {
        try await withTemporaryDirectory { root in
            let files = LinuxFileSystem()
            for (directory, mode) in [("a", UInt16(0o600)), ("b", 0o700), ("c", 0o700)] {
                try files.createDirectory(root.appending(directory), mode: 0o700, for: .userWrite)
                files.close(try files.createFile(root.appending("\(directory)/tool"), mode: mode, for: .userWrite))
            }
            // A directory is executable too, and still no program.
            try files.createDirectory(root.appending("a/dir"), mode: 0o700, for: .userWrite)
            let path = ["a", "b", "c"].map { root.appending($0).string }.joined(separator: ":")
            #expect(findExecutable("tool", searchPath: path) == root.appending("b/tool"))
            #expect(findExecutable("dir", searchPath: path) == nil)
            #expect(findExecutable("absent", searchPath: path) == nil)
            #expect(findExecutable("", searchPath: path) == nil)
            #expect(findExecutable(root.appending("c/tool").string, searchPath: "") == root.appending("c/tool"))
            #expect(findExecutable(root.appending("a/tool").string, searchPath: path) == nil)
        }
    }
}
