import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What the simulated disk itself promises the tests that rest on it.
@Suite struct SimulatedDiskTests {
    private func outcomes<Outcome: Hashable>(
        of files: SimulatedFileSystem, _ look: (SimulatedFileSystem) throws -> Outcome
    ) throws -> Set<Outcome> {
        var outcomes: Set<Outcome> = []
        for seed in 0..<200 { outcomes.insert(try look(files.afterCrash(seed: UInt64(seed)))) }
        return outcomes
    }

    @Test func namesThatWereNotSyncedMayOrMayNotSurvive() throws {
        let files = try SimulatedFileSystem().withDirectory("/a")
        try files.syncDirectory("/", for: .userWrite)
        for name in ["1", "2", "3"] { try files.make(FilePath("/a/\(name)")) }
        #expect(try outcomes(of: files) { try $0.names("/a") }.count == 8)
        try files.syncDirectory("/a", for: .userWrite)
        #expect(try outcomes(of: files) { try $0.names("/a") } == [["1", "2", "3"]])
    }

    @Test func renameSurvivesWholeOrNotAtAll() throws {
        let files = try SimulatedFileSystem().withDirectory("/a").withDirectory("/b")
        try files.make("/a/file", "x")
        for directory in ["/", "/a", "/b"] { try files.syncDirectory(FilePath(directory), for: .userWrite) }
        try files.rename("/a/file", to: "/b/file", for: .userWrite)
        #expect(
            try outcomes(of: files) { [try $0.names("/a"), try $0.names("/b")] } == [[["file"], []], [[], ["file"]]])
        // Either directory will do.
        try files.syncDirectory("/a", for: .userWrite)
        #expect(try outcomes(of: files) { [try $0.names("/a"), try $0.names("/b")] } == [[[], ["file"]]])
    }

    @Test func syncOfADirectoryBringsAlongWhatItsNamesWereBuiltOn() throws {
        let files = try SimulatedFileSystem().withDirectory("/a").withDirectory("/b")
        try files.syncDirectory("/", for: .userWrite)
        try files.make("/a/file", "x")
        try files.rename("/a/file", to: "/b/file", for: .userWrite)
        try files.syncDirectory("/b", for: .userWrite)
        #expect(try outcomes(of: files) { [try $0.names("/a"), try $0.names("/b")] } == [[[], ["file"]]])
    }

    @Test func contentThatWasNotSyncedIsOldNewOrTorn() throws {
        let files = SimulatedFileSystem()
        try files.make("/file", String(repeating: "a", count: 2048))
        try files.syncDirectory("/", for: .userWrite)
        let file = try files.openForUpdating("/file", mode: 0o644, for: .userWrite)
        try files.writeAll(file, [UInt8](repeating: UInt8(ascii: "b"), count: 2048), for: .userWrite)
        let kinds = try outcomes(of: files) { Set(try $0.text("/file")) }
        #expect(kinds == [["a"], ["b"], ["a", "b"]])
        try files.sync(file, for: .userWrite)
        #expect(try outcomes(of: files) { Set(try $0.text("/file")) } == [["b"]])
    }

    @Test func linksAreNeverTorn() throws {
        let files = SimulatedFileSystem()
        try files.createSymbolicLink(at: "/link", to: "target", for: .userWrite)
        let targets = try outcomes(of: files) {
            try $0.status("/link", for: .userRead) == nil ? "none" : try $0.readSymbolicLink("/link", for: .userRead).string
        }
        #expect(targets == ["none", "target"])
    }

    @Test func directoryWhoseNameWasNotSyncedTakesItsContentAlong() throws {
        let files = try SimulatedFileSystem().withDirectory("/a")
        try files.make("/a/file")
        try files.syncDirectory("/a", for: .userWrite)
        let states = try outcomes(of: files) { try $0.status("/a", for: .userRead) == nil ? [] : try $0.names("/a") + ["/a"] }
        #expect(states == [[], ["file", "/a"]])
    }

    @Test func sameSeedGivesTheSameCrash() throws {
        let files = SimulatedFileSystem()
        for number in 0..<20 { try files.make(FilePath("/\(number)")) }
        #expect(try files.afterCrash(seed: 7).names("/") == files.afterCrash(seed: 7).names("/"))
    }

    @Test func afterPowerLossNothingWorksUntilTheCrash() throws {
        let files = SimulatedFileSystem()
        files.inject(.powerLossAfter, at: .effect(1))
        #expect(refusal { try files.make("/file", "content") } == .other)
        #expect(files.isDown)
        #expect(refusal { try files.names("/") } == .other)
        files.crash(seed: 0)
        #expect(!files.isDown && files.effectCount == 0 && files.openFileCount == 0)
        _ = try files.names("/")
    }

    @Test func killedProcessLosesItsLocksAndDescriptorsOnly() throws {
        let files = SimulatedFileSystem()
        let file = try files.openForUpdating("/lock", mode: 0o644, for: .storeLock)
        #expect(try files.tryLock(file, for: .storeLock))
        try files.writeAll(file, [1], for: .storeLock)
        files.restart()
        #expect(refusal { try files.writeAll(file, [1], for: .storeLock) } == .other)
        let again = try files.openForUpdating("/lock", mode: 0o644, for: .storeLock)
        #expect(try files.tryLock(again, for: .storeLock))
        #expect(try files.readAll(again, limit: 9, for: .storeLock) == [1])
    }

    @Test func callsAreCountedWithWhatTheyAsked() throws {
        let files = SimulatedFileSystem()
        try files.make("/beacon", "1")
        let file = try files.openForReading("/beacon", for: .beaconPoll)
        files.forgetCalls()
        _ = try files.status(file, forceSync: true, for: .beaconPoll)
        #expect(
            files.calls == [FileCall(operation: .status, path: "/beacon", purpose: .beaconPoll, forceSync: true)])
        #expect(files.effectCount == 3)
    }

    @Test func fullDiskAndReadOnlyDiskSaySo() throws {
        let files = SimulatedFileSystem()
        files.setCapacity(10)
        #expect(refusal { try files.make("/file", "more than ten bytes") } == .noSpace)
        files.setReadOnly(true)
        #expect(refusal { try files.unlink("/file", for: .userWrite) } == .readOnly)
        #expect(try files.names("/") == ["file"])
    }
}
