import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What every file system owes its callers about names.
@Suite struct NamesContractTests {
    @Test(arguments: FileSystemSubject.allCases)
    func takenNamesAreRefused(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let taken = root.appending("taken")
            try files.make(taken)
            try files.make(root.appending("other"))
            #expect(refusal { try files.createFile(taken, mode: 0o644, for: .userWrite) } == .exists)
            #expect(refusal { try files.createDirectory(taken, mode: 0o755, for: .userWrite) } == .exists)
            #expect(refusal { try files.link(root.appending("other"), to: taken, for: .userWrite) } == .exists)
            #expect(refusal { try files.createSymbolicLink(at: taken, to: "x", for: .userWrite) } == .exists)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func absentNamesAreNotFound(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            try files.make(root.appending("present"))
            let absent = root.appending("absent")
            #expect(try files.status(absent, for: .userRead) == nil)
            #expect(try files.status(absent.appending("below"), for: .userRead) == nil)
            #expect(refusal { try files.openForReading(absent, for: .userRead) } == .notFound)
            #expect(refusal { try files.list(absent, limit: 1, for: .userRead) } == .notFound)
            #expect(refusal { try files.revalidateDirectory(absent, for: .userRead) } == .notFound)
            #expect(refusal { try files.unlink(absent, for: .userWrite) } == .notFound)
            #expect(refusal { try files.removeDirectory(absent, for: .userWrite) } == .notFound)
            #expect(refusal { try files.rename(absent, to: root.appending("b"), for: .userWrite) } == .notFound)
            #expect(refusal { try files.link(absent, to: root.appending("b"), for: .userWrite) } == .notFound)
            #expect(refusal { try files.readSymbolicLink(absent, for: .userRead) } == .notFound)
            #expect(refusal { try files.setMode(absent, 0o600, for: .userWrite) } == .notFound)
            #expect(refusal { try files.syncDirectory(absent, for: .userWrite) } == .notFound)
            #expect(refusal { try files.freeBytes(absent, for: .userRead) } == .notFound)
            #expect(refusal { try files.createFile(absent.appending("below"), mode: 0o644, for: .userWrite) } == .notFound)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func linksAreFollowedOnTheWayButNotAtTheEnd(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let (one, current) = (root.appending("one"), root.appending("current"))
            try files.createDirectory(one, mode: 0o755, for: .userWrite)
            try files.make(one.appending("file"), "content")
            try files.createSymbolicLink(at: current, to: "one", for: .userWrite)
            #expect(try files.text(current.appending("file")) == "content")
            #expect(try files.readSymbolicLink(current, for: .userRead) == "one")
            #expect(try files.status(current, for: .userRead)?.kind == .symbolicLink)
            #expect(try files.status(one, for: .userRead)?.kind == .directory)
            #expect(refusal { try files.readSymbolicLink(one, for: .userRead) } == .notRegular)
            #expect(refusal { try files.list(current, limit: 9, for: .userRead) } == .notDirectory)
            #expect(refusal { try files.list(one.appending("file"), limit: 9, for: .userRead) } == .notDirectory)
            #expect(refusal { try files.removeDirectory(current, for: .userWrite) } == .notDirectory)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func renameReplacesFilesAndLinksAndKeepsTheInode(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let (old, new) = (root.appending("old"), root.appending("new"))
            try files.make(old, "old")
            try files.make(new, "new")
            let inode = try files.status(new, for: .userRead)?.inode
            try files.rename(new, to: old, for: .userWrite)
            #expect(try files.text(old) == "new")
            #expect(try files.status(old, for: .userRead)?.inode == inode)
            #expect(try files.names(root) == ["old"])
            // A link is replaced, not followed.
            try files.createSymbolicLink(at: root.appending("temporary"), to: "elsewhere", for: .userWrite)
            try files.rename(root.appending("temporary"), to: old, for: .userWrite)
            #expect(try files.readSymbolicLink(old, for: .userRead) == "elsewhere")
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func renameOfADirectoryTakesItsContentAlong(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            for name in ["a", "empty", "full"] {
                try files.createDirectory(root.appending(name), mode: 0o755, for: .userWrite)
            }
            try files.make(root.appending("a/file"), "x")
            try files.make(root.appending("full/file"), "y")
            let (a, full) = (root.appending("a"), root.appending("full"))
            #expect(refusal { try files.rename(a, to: full, for: .userWrite) } == .notEmpty)
            #expect(refusal { try files.rename(a, to: full.appending("file"), for: .userWrite) } == .notDirectory)
            #expect(refusal { try files.rename(full.appending("file"), to: a, for: .userWrite) } == .notRegular)
            try files.rename(a, to: root.appending("empty"), for: .userWrite)
            #expect(try files.names(root) == ["empty", "full"])
            #expect(try files.text(root.appending("empty/file")) == "x")
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func linkedNamesAreOneFile(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let (first, second) = (root.appending("first"), root.appending("second"))
            try files.make(first, "content")
            try files.link(first, to: second, for: .userWrite)
            #expect(try files.status(first, for: .userRead)?.linkCount == 2)
            // rename(2): nothing happens when both names are one file already.
            try files.rename(first, to: second, for: .userWrite)
            #expect(try files.names(root) == ["first", "second"])
            try files.unlink(first, for: .userWrite)
            #expect(try files.text(second) == "content")
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func directoriesAreListedUpToALimitAndRemovedWhenEmpty(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let directory = root.appending("directory")
            let names = ["a", "b", ".nfs0001", ".hidden"]
            try files.createDirectory(directory, mode: 0o755, for: .userWrite)
            for name in names { try files.make(directory.appending(name)) }
            #expect(try files.list(directory, limit: 3, for: .userRead).sorted() == [".hidden", "a", "b"])
            #expect(refusal { try files.list(directory, limit: 2, for: .userRead) } == .tooMany)
            #expect(refusal { try files.removeDirectory(directory, for: .userWrite) } == .notEmpty)
            #expect(refusal { try files.unlink(directory, for: .userWrite) } == .notRegular)
            for name in names { try files.unlink(directory.appending(name), for: .userWrite) }
            try files.removeDirectory(directory, for: .userWrite)
            #expect(try files.names(root) == [])
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func missingDirectoriesAreCreatedAndTreesRemoved(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let deep = root.appending("a/b/c")
            for _ in 0..<2 { try files.createDirectories(deep, mode: 0o750, for: .userWrite) }
            #expect(try files.status(deep, for: .userRead)?.mode == 0o750)
            try files.make(deep.appending("file"))
            try files.make(root.appending("kept"))
            try files.createSymbolicLink(at: root.appending("a/link"), to: root, for: .userWrite)
            #expect(
                refusal { try files.createDirectories(deep.appending("file"), mode: 0o755, for: .userWrite) } == .notDirectory)
            for _ in 0..<2 { try files.removeTree(root.appending("a"), for: .userWrite) }
            #expect(try files.names(root) == ["kept"])
        }
    }
}
