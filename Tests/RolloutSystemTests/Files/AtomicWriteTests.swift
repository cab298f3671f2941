import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct AtomicWriteTests {
    let target: FilePath = "/store/record"

    @Test(arguments: FileSystemSubject.allCases)
    func replacesCreatesAndLinksLeavingNoTemporaryName(_ subject: FileSystemSubject) async throws {
        try await subject.withRoot { files, root in
            let write = AtomicWrite(files, .hostRecord)
            let path = root.appending("record")
            try write.replace(path, with: Array("one".utf8), mode: 0o600)
            try write.replace(path, with: Array("two".utf8), mode: 0o600)
            #expect(try files.text(path) == "two")

            try write.create(root.appending("log"), with: Array("first".utf8), mode: 0o644)
            #expect(refusal { try write.create(root.appending("log"), with: Array("second".utf8), mode: 0o644) } == .exists)
            #expect(try files.text(root.appending("log")) == "first")
            #expect(try files.status(root.appending("log"), for: .userRead)?.linkCount == 1)

            try write.replaceSymbolicLink(root.appending("current"), to: "a")
            try write.replaceSymbolicLink(root.appending("current"), to: "b")
            #expect(try files.readSymbolicLink(root.appending("current"), for: .userRead) == "b")
            #expect(try files.names(root) == ["current", "log", "record"])
        }
    }

    @Test func contentDecidesWhatBecomesOfTheTemporaryFile() async throws {
        let files = try SimulatedFileSystem().withDirectory("/store")
        let write = AtomicWrite(files, .blob)
        try write.write(near: target, mode: 0o444) { file throws(FileError) in
            try files.writeAll(file, [1, 2, 3], for: .blobWrite)
            return .abandoned
        }
        #expect(try files.names("/store") == [])
        try write.write(near: target, mode: 0o444) { file throws(FileError) in
            try files.writeAll(file, [1, 2, 3], for: .blobWrite)
            return .replacing("/store/named-by-content")
        }
        #expect(try files.names("/store") == ["named-by-content"])
    }

    @Test(arguments: [FilePurpose.hostRecordWrite, .hostRecordSync, .hostRecordSwap])
    func failureLeavesTheOldContentAndNoTemporaryName(_ purpose: FilePurpose) throws {
        let files = try SimulatedFileSystem().withDirectory("/store")
        let write = AtomicWrite(files, .hostRecord)
        try write.replace(target, with: Array("old".utf8), mode: 0o600)
        files.inject(.fail(.noSpace), at: .purpose(purpose))
        #expect(refusal { try write.replace(target, with: Array("new".utf8), mode: 0o600) } == .noSpace)
        #expect(try files.text(target) == "old")
        #expect(try files.names("/store") == ["record"])
        #expect(files.openFileCount == 0)
    }

    @Test func aFileThatIsNotRightGetsNoName() throws {
        let files = try SimulatedVolume().makeClient().withDirectory("/store")
        let write = AtomicWrite(files, .record)
        var sizes: [UInt64] = []
        let isWritten = try write.create("/store/record", with: [1, 2, 3], mode: 0o644) { file in
            sizes.append(file.size)
            return false
        }
        #expect(!isWritten && sizes == [3])
        #expect(try files.names("/store") == [])
        #expect(try write.create("/store/record", with: [1], mode: 0o644) { _ in true })
        #expect(files.openFileCount == 0)
        // Where it cannot be asked about, it gets none either.
        files.inject(.fail(.timedOut), at: .purpose(.recordSync, .status))
        #expect(refusal { _ = try write.create("/store/another", with: [1], mode: 0o644) { _ in true } } == .timedOut)
        #expect(try files.names("/store") == ["record"])
    }

    @Test func linkWhoseAnswerWasLostCountsAsDone() throws {
        let files = try SimulatedVolume().makeClient().withDirectory("/store")
        for code in [FileError.Code.exists, .other] {
            let path = FilePath("/store/\(code)")
            files.inject(.failAfter(code), at: .purpose(.recordLink, .link))
            try AtomicWrite(files, .record).create(path, with: Array("mine".utf8), mode: 0o644)
            #expect(try files.text(path) == "mine")
            #expect(try files.status(path, for: .userRead)?.linkCount == 1)
        }
    }

    @Test func writesGoOnAfterShortOnes() throws {
        let files = try SimulatedFileSystem().withDirectory("/store")
        files.inject(.shortWrite(2), at: .purpose(.hostRecordWrite, .write), once: false)
        try AtomicWrite(files, .hostRecord).replace(target, with: Array("a longer record".utf8), mode: 0o600)
        #expect(try files.text(target) == "a longer record")
        files.removeFaults()
        files.inject(.shortWrite(0), at: .purpose(.hostRecordWrite, .write), once: false)
        #expect(refusal { try AtomicWrite(files, .hostRecord).replace(target, with: [1], mode: 0o600) } == .other)
    }

    @Test func sweepTakesOnlyOldTemporaryNames() throws {
        let files = try SimulatedFileSystem().withDirectory("/tmp")
        let write = AtomicWrite(files, .blob, temporaryDirectory: "/tmp")
        /// Fails before it can clean up after itself, as a killed writer does.
        func leave() throws {
            files.inject(.fail(.other), at: .purpose(.blobSync))
            files.inject(.fail(.other), at: .purpose(.blobPublish, .unlink))
            #expect(refusal { try write.replace("/tmp/x", with: [1], mode: 0o444) } == .other)
        }
        files.setTime(1000)
        try leave()
        try files.make("/tmp/not-ours")
        files.setTime(5_000_000)
        try leave()
        #expect(try files.names("/tmp").count == 3)
        #expect(try AtomicWrite.sweep("/tmp", before: 4_000_000, in: files) == 1)
        #expect(try files.names("/tmp").count == 2)
        #expect(try AtomicWrite.sweep("/tmp", before: .max, in: files) == 1)
        #expect(try files.names("/tmp") == ["not-ours"])
    }

    @Test func temporaryNamesAreRecognized() {
        #expect(AtomicWrite.isTemporary(".wasmrollout-0123456789abcdef.tmp"))
        #expect(!AtomicWrite.isTemporary(".wasmrollout-.tmp"))
        #expect(!AtomicWrite.isTemporary("0000000000000001.json"))
    }
}
