import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// The table of facts measured with real NFS clients, row by row: what one client sees of another's change.
@Suite struct SimulatedVolumeTests {
    private let volume = SimulatedVolume()
    private let publisher: SimulatedFileSystem
    private let host: SimulatedFileSystem

    init() throws {
        publisher = volume.makeClient()
        host = volume.makeClient()
        try publisher.createDirectory("/log", mode: 0o755, for: .volumeCreate)
        try publisher.make("/log/head", "1")
    }

    private func rewrite(_ content: String, sync: Bool = true) throws {
        let file = try publisher.openForUpdating("/log/head", mode: 0o644, for: .beaconWrite)
        try publisher.writeAll(file, Array(content.utf8), for: .beaconWrite)
        if sync {
            try publisher.sync(file, for: .beaconWrite)
            publisher.close(file)
        }
    }

    private func text(_ file: OpenFile) throws -> String {
        String(decoding: try host.readAll(file, limit: 100, for: .beaconRead), as: UTF8.self)
    }

    @Test func rewriteInPlaceIsSeenThroughAHeldDescriptorOnlyWhenTheServerIsAsked() throws {
        let held = try host.openForReading("/log/head", for: .beaconPoll)
        let before = try host.status(held, forceSync: true, for: .beaconPoll)
        try rewrite("2")
        #expect(try host.status(held, forceSync: false, for: .beaconPoll) == before)
        #expect(try text(held) == "1")
        #expect(try host.status("/log/head", for: .beaconPoll) == before)
        #expect(try host.status(held, forceSync: true, for: .beaconPoll) != before)
        #expect(try text(held) == "2")
    }

    @Test func openingAgainSeesARewriteInPlace() throws {
        #expect(try host.text("/log/head") == "1")
        try rewrite("2")
        #expect(try host.text("/log/head") == "2")
    }

    @Test func renameOverIsSeenByOpeningUnlessTheOldFileIsStillThere() throws {
        #expect(try host.text("/log/head") == "1")
        try AtomicWrite(publisher, .user).replace("/log/head", with: Array("2".utf8), mode: 0o644)
        #expect(try host.text("/log/head") == "2")
        // A forgotten second name keeps the old file alive.
        try publisher.link("/log/head", to: "/log/forgotten", for: .userWrite)
        try AtomicWrite(publisher, .user).replace("/log/head", with: Array("3".utf8), mode: 0o644)
        #expect(try host.text("/log/head") == "2")
        try host.revalidateDirectory("/log", for: .logList)
        #expect(try host.text("/log/head") == "3")
    }

    @Test func nameLookedUpBeforeItExistedStaysAbsentUntilTheDirectoryIsAskedAbout() throws {
        #expect(try host.status("/log/record", for: .recordRead) == nil)
        try publisher.make("/log/record", "x")
        try publisher.make("/log/other", "y")
        #expect(try host.status("/log/record", for: .recordRead) == nil)
        #expect(refusal { try host.openForReading("/log/record", for: .recordRead) } == .notFound)
        // Never looked up, so found at once.
        #expect(try host.text("/log/other") == "y")
        #expect(try host.names("/log") == ["head", "other", "record"])
        #expect(try host.text("/log/record") == "x")
    }

    @Test func linkIsCreateOnceWhateverIsBelieved() throws {
        #expect(try host.status("/log/record", for: .recordRead) == nil)
        try AtomicWrite(publisher, .record).create("/log/record", with: [1], mode: 0o644)
        #expect(refusal { try AtomicWrite(host, .record).create("/log/record", with: [2], mode: 0o644) } == .exists)
        // A name that is believed to exist is refused even when it is gone.
        #expect(try host.status("/log/record", for: .recordRead) != nil)
        try publisher.unlink("/log/record", for: .userWrite)
        try host.make("/log/mine")
        #expect(refusal { try host.link("/log/mine", to: "/log/record", for: .recordLink) } == .exists)
        try host.revalidateDirectory("/log", for: .logList)
        try host.link("/log/mine", to: "/log/record", for: .recordLink)
    }

    @Test func writesAreTheWritersAloneUntilItSyncs() throws {
        try rewrite("2", sync: false)
        #expect(try publisher.status("/log/head", for: .userRead)?.size == 1)
        #expect(try host.text("/log/head") == "1")
        // Killed before it synced.
        publisher.restart()
        #expect(try host.text("/log/head") == "1")
        #expect(try publisher.text("/log/head") == "1")
    }

    @Test func symbolicLinkThatWasReplacedIsBelieved() throws {
        try publisher.createSymbolicLink(at: "/log/current", to: "a", for: .userWrite)
        #expect(try host.readSymbolicLink("/log/current", for: .userRead) == "a")
        try AtomicWrite(publisher, .current).replaceSymbolicLink("/log/current", to: "b")
        #expect(try host.readSymbolicLink("/log/current", for: .userRead) == "a")
        host.expireCaches()
        #expect(try host.readSymbolicLink("/log/current", for: .userRead) == "b")
    }

    @Test func fileThatAnotherClientRemovedIsStaleButStillReadable() throws {
        let held = try host.openForReading("/log/head", for: .beaconPoll)
        try publisher.unlink("/log/head", for: .userWrite)
        #expect(try text(held) == "1")
        #expect(refusal { try host.status(held, forceSync: true, for: .beaconPoll) } == .stale)
    }

    @Test func lockExcludesAcrossClientsAndShowsWhatWasWrittenUnderIt() throws {
        let first = try publisher.openForUpdating("/log/head", mode: 0o644, for: .storeLock)
        let second = try host.openForUpdating("/log/head", mode: 0o644, for: .storeLock)
        #expect(try publisher.tryLock(first, for: .storeLock))
        #expect(try !host.tryLock(second, for: .storeLock))
        try publisher.writeAll(first, Array("2".utf8), for: .beaconWrite)
        publisher.close(first)
        #expect(try host.tryLock(second, for: .storeLock))
        #expect(try text(second) == "2")
    }
}
