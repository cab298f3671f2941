import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@Suite struct StatusTests {
    @Test func statusesAreReadBackAndListed() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let board = StatusBoard(try fixture.volume(), app: fixture.app)
            #expect(try board.all().isEmpty)
            try fixture.publish("1.0")
            try fixture.writeStatus("b", serving: Digest(of: [1]))
            try fixture.writeStatus("a")
            #expect(try board.all().map(\.name) == ["a", "b"])
            #expect(
                try board.all().map { try $0.status.get() } == [
                    fixture.status("a"), fixture.status("b", serving: Digest(of: [1])),
                ])
        }
    }

    @Test func aStatusAlwaysFitsItsPageAndKeepsTheNewestRefusals() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var status = fixture.status("a")
            status.note = String(repeating: "ä\"\n", count: 5000)
            status.refused = (0..<100).map {
                Refusal(
                    release: Digest(of: [UInt8($0)]), decision: .max, reason: String(repeating: "why\u{1}", count: 4000),
                    at: fixture.now)
            }
            let path = fixture.layout.status(fixture.app, "a")
            try StatusFile(path: path).write(status, in: fixture.fileSystem)
            #expect(try fixture.fileSystem.status(path, for: .userRead)?.size == 4096)
            let read = try #require(try StatusFile(path: path).read(in: fixture.fileSystem))
            #expect(read.refused.first?.release == status.refused.first?.release || read.refused.isEmpty)
            #expect(!read.note.isEmpty)
        }
    }

    /// A volume that is full may say so no earlier than here.
    @Test func aStatusThatCannotBeSyncedIsNotTakenForWritten() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.purpose == .statusWrite, call.operation == .sync else { return }
                throw FileError(code: .noSpace, operation: call.operation, path: call.path, purpose: call.purpose)
            })
            let file = StatusFile(path: fixture.layout.status(fixture.app, "a"))
            let error = #expect(throws: StoreError.self) { try file.write(fixture.status("a"), in: files) }
            #expect(error?.code == .noSpace)
        }
    }

    @Test func aStatusOfAnotherHostUnderThisOnesNameIsNotTaken() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try StatusFile(path: fixture.layout.status(fixture.app, "a")).write(fixture.status("b"), in: fixture.fileSystem)
            let entry = try #require(try StatusBoard(fixture.volume(), app: fixture.app).all().first)
            #expect(throws: StoreError.self) { try entry.status.get() }
        }
    }

    /// One writer going flat out, one reader: never half of two versions, never backwards.
    @Test func aReaderSeesWholeVersionsInOrderWhileAWriterWrites() async throws {
        try await withTemporaryDirectory { directory in
            let files = InterceptingFileSystem(syncs: false)
            let fixture = try VolumeFixture(in: directory, fileSystem: files)
            try fixture.publish("1.0")
            let path = fixture.layout.status(fixture.app, "a")
            let versions: UInt64 = 300
            async let writer: Void = {
                for version in 1...versions {
                    var status = fixture.status("a")
                    status.acceptedSequence = version
                    status.note = String(repeating: "x", count: Int(version))
                    try StatusFile(path: path).write(status, in: fixture.fileSystem)
                }
            }()
            var last: UInt64 = 0
            while last < versions {
                // Torn on every one of the reader's attempts: then it says so, and the next look sees it.
                guard let status = try? StatusFile(path: path).read(in: fixture.fileSystem) else {
                    await Task.yield()
                    continue
                }
                #expect(status.acceptedSequence >= last)
                #expect(status.note.utf8.count == Int(status.acceptedSequence))
                last = status.acceptedSequence
            }
            try await writer
        }
    }
}
