import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct LinksTests {
    @Test func aRootIsNamedWithoutLinksAsFarAsItExists() async throws {
        try await withTemporaryDirectory { directory in
            let files = LinuxFileSystem()
            let real = directory.appending("real").resolvingLinks()
            try files.createDirectory(real, mode: 0o755, for: .userWrite)
            try files.createSymbolicLink(at: directory.appending("link"), to: "real", for: .userWrite)
            try files.createSymbolicLink(at: directory.appending("far"), to: directory.appending("link"), for: .userWrite)
            #expect(directory.appending("link").resolvingLinks() == real)
            #expect(
                directory.appending("far").appending("a").appending("b").resolvingLinks() == real.appending("a").appending("b"))
            #expect(real.resolvingLinks() == real)
        }
    }

    @Test func whatCannotBeResolvedKeepsItsName() async throws {
        try await withTemporaryDirectory { directory in
            let files = LinuxFileSystem()
            let loop = directory.appending("loop")
            try files.createSymbolicLink(at: loop, to: "loop", for: .userWrite)
            #expect(loop.resolvingLinks() == loop)
            #expect(FilePath("nowhere/at/all").resolvingLinks() == "nowhere/at/all")
            #expect(FilePath("/").resolvingLinks() == "/")
        }
    }
}
