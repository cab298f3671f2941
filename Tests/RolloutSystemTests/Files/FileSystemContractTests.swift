import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What every file system owes its callers about open files, the simulated ones as much as the real one.
@Suite struct FileSystemContractTests {
    @Test(arguments: FileSystemSubject.allCases)
    func createdFileHoldsWhatWasWrittenAtItsOffsets(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let path = root.appending("file")
            let file = try files.createFile(path, mode: 0o640, for: .userWrite)
            try files.writeAll(file, Array("world".utf8), at: 6, for: .userWrite)
            try files.writeAll(file, Array("hello".utf8), for: .userWrite)
            try files.sync(file, for: .userWrite)
            let status = try files.status(file, forceSync: true, for: .userRead)
            #expect(status.kind == .regular && status.size == 11 && status.mode == 0o640 && status.linkCount == 1)
            files.close(file)
            #expect(try files.readAll(path, limit: 11, for: .userRead) == Array("hello\0world".utf8))
            #expect(refusal { try files.readAll(path, limit: 10, for: .userRead) } == .tooMany)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func readingStopsAtTheEnd(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            try files.make(root.appending("file"), "abcdef")
            let file = try files.openForReading(root.appending("file"), for: .userRead)
            defer { files.close(file) }
            var buffer = [UInt8](repeating: 0, count: 4)
            func read(at offset: UInt64) throws -> String {
                let count = try buffer.withUnsafeMutableBytes { try files.read(file, into: $0, at: offset, for: .userRead) }
                return String(decoding: buffer[..<count], as: UTF8.self)
            }
            #expect(try read(at: 0) == "abcd")
            #expect(try read(at: 4) == "ef")
            #expect(try read(at: 6) == "")
            #expect(try read(at: 600) == "")
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func onlyRegularFilesAreOpened(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let (file, link, directory) = (root.appending("file"), root.appending("link"), root.appending("directory"))
            try files.make(file, "secret")
            try files.createSymbolicLink(at: link, to: file, for: .userWrite)
            try files.createDirectory(directory, mode: 0o755, for: .userWrite)
            for path in [link, directory] {
                #expect(refusal { try files.openForReading(path, for: .userRead) } == .notRegular)
                #expect(refusal { try files.openForUpdating(path, mode: 0o644, for: .userWrite) } == .notRegular)
            }
            #expect(refusal { try files.openForReading(file.appending("x"), for: .userRead) } == .notDirectory)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func updatingCreatesOnceAndNeverTruncates(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let path = root.appending("beacon")
            for content in ["0123456789", "abc"] {
                let file = try files.openForUpdating(path, mode: 0o644, for: .beaconWrite)
                try files.writeAll(file, Array(content.utf8), for: .beaconWrite)
                try files.sync(file, for: .beaconWrite)
                files.close(file)
            }
            #expect(try files.text(path) == "abc3456789")
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func unlinkedFileStaysReadableWhileItIsOpen(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            try files.make(root.appending("file"), "still here")
            let file = try files.openForReading(root.appending("file"), for: .userRead)
            defer { files.close(file) }
            try files.unlink(root.appending("file"), for: .userWrite)
            #expect(try files.names(root) == [])
            #expect(try files.readAll(file, limit: 100, for: .userRead) == Array("still here".utf8))
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func lockExcludesOthersUntilClosed(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let path = root.appending("lock")
            let first = try files.openForUpdating(path, mode: 0o644, for: .storeLock)
            let second = try files.openForUpdating(path, mode: 0o644, for: .storeLock)
            #expect(try files.tryLock(first, for: .storeLock))
            #expect(try files.tryLock(first, for: .storeLock))
            #expect(try !files.tryLock(second, for: .storeLock))
            // A classic lock would end here: another descriptor of the same file is closed.
            files.close(try files.openForReading(path, for: .storeLock))
            #expect(try !files.tryLock(second, for: .storeLock))
            files.close(first)
            #expect(try files.tryLock(second, for: .storeLock))
            files.close(second)
        }
    }

    @Test(arguments: FileSystemSubject.allCases)
    func modesAndTimesAndSpaceAreReported(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let path = root.appending("file")
            try files.make(path, "1")
            let before = try #require(try files.status(path, for: .userRead))
            try files.setMode(path, 0o444, for: .userWrite)
            let after = try #require(try files.status(path, for: .userRead))
            #expect(after.mode == 0o444 && after.modified == before.modified && after.inode == before.inode)
            // 2020, in nanoseconds.
            #expect(before.modified > 1_577_836_800_000_000_000)
            #expect(try files.freeBytes(root, for: .userRead) > 0)
        }
    }
}
