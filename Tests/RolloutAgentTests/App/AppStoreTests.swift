import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

/// One app's part of the local store, on a real disk.
@Suite struct AppStoreTests {
    private func withStore(
        files: InterceptingFileSystem = InterceptingFileSystem(),
        _ body: (_ store: AppStore, _ fixture: VolumeFixture, _ releases: [Digest]) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let releases = try ["1.0", "2.0", "3.0"].map { try fixture.publish($0).release }
            let store = try AppStore(
                layout: fixture.localLayout, volume: fixture.root, keep: 1, rewrite: nil, files: files,
                logger: Logger(label: "store") { _ in SwiftLogNoOpLogHandler() })
            try await body(store, fixture, releases)
            await store.close()
        }
    }

    private func names(_ releases: Digest...) -> [Digest] { releases.sorted { $0.hex < $1.hex } }

    @Test func whatCurrentNamesStaysWhateverIsThoughtToBeNeeded() async throws {
        try await withStore { store, _, releases in
            for release in releases { _ = try await store.materialize(release) { Set(releases) }.get() }
            try await store.swapCurrent(releases[0])
            await store.collect { [releases[1]] }
            #expect(try store.local.releases() == names(releases[0], releases[1]))
        }
    }

    @Test func aDiskThatIsTooSmallKeepsWhatIsUsedAndTakesTheNewRelease() async throws {
        let isFull = Mutex(false)
        let files = InterceptingFileSystem(before: { (call) throws(FileError) in
            guard call.operation == .freeBytes, call.purpose == .materializeWrite else { return }
            let fails = isFull.withLock { isFull in
                defer { isFull = false }
                return isFull
            }
            if fails { throw FileError(code: .noSpace, operation: call.operation, path: call.path, purpose: call.purpose) }
        })
        try await withStore(files: files) { store, _, releases in
            for release in releases.prefix(2) { _ = try await store.materialize(release) { Set(releases) }.get() }
            isFull.withLock { $0 = true }
            let copy = try await store.materialize(releases[2]) { [releases[1], releases[2]] }.get()
            #expect(copy.release == releases[2])
            #expect(try store.local.releases() == names(releases[1], releases[2]))
        }
    }

    @Test func onlyWhatTheBytesShowSpeaksAgainstARelease() async throws {
        try await withStore { store, fixture, releases in
            try fixture.fileSystem.unlink(fixture.layout.blob(releases[0]), for: .blobCollect)
            #expect(await cause(store, releases[0]) == .release)
            try fixture.fileSystem.rename(fixture.root, to: fixture.directory.appending("away"), for: .userWrite)
            #expect(await cause(store, releases[1]) == .environment)
        }
    }

    private func cause(_ store: AppStore, _ release: Digest) async -> FailureCause? {
        if case .failure(let problem) = await store.materialize(release, besides: { [release] }) { problem.cause } else { nil }
    }
}
