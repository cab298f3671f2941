import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Power is lost at every step of an atomic write, with many seeds for what survives.
@Suite struct AtomicWriteCrashTests {
    enum Style: CaseIterable { case replace, create, symbolicLink }

    private let old = [UInt8](repeating: 1, count: 3000)
    private let new = [UInt8](repeating: 2, count: 5000)

    private func prepare() throws -> SimulatedFileSystem {
        let files = SimulatedFileSystem()
        try files.createDirectories("/store", mode: 0o700, for: .storeCreate)
        try AtomicWrite(files, .user).replace("/store/file", with: old, mode: 0o600)
        try AtomicWrite(files, .user).replaceSymbolicLink("/store/link", to: "old")
        files.restart()
        return files
    }

    private func write(_ style: Style, in files: SimulatedFileSystem) throws(FileError) {
        switch style {
        case .replace: try AtomicWrite(files, .hostRecord).replace("/store/file", with: new, mode: 0o600)
        case .create: try AtomicWrite(files, .record).create("/store/created", with: new, mode: 0o600)
        case .symbolicLink: try AtomicWrite(files, .current).replaceSymbolicLink("/store/link", to: "new")
        }
    }

    /// The state before, the state after, or neither of the two.
    private func isOld(_ style: Style, _ files: SimulatedFileSystem) throws -> Bool? {
        switch style {
        case .replace:
            let bytes = try files.readAll("/store/file", limit: 10_000, for: .storeRead)
            return bytes == old ? true : bytes == new ? false : nil
        case .create:
            guard try files.status("/store/created", for: .storeRead) != nil else { return true }
            return try files.readAll("/store/created", limit: 10_000, for: .storeRead) == new ? false : nil
        case .symbolicLink:
            return try files.readSymbolicLink("/store/link", for: .storeRead) == "old"
        }
    }

    /// How many of all crashes left something torn, or lost what had been reported as done.
    private func violations(_ style: Style, _ change: (SimulatedFileSystem) -> Void = { _ in }) throws -> (count: Int, of: Int)
    {
        let measured = try prepare()
        try write(style, in: measured)
        var violations = 0
        var crashes = 0
        for effect in 0...measured.effectCount {
            let files = try prepare()
            change(files)
            files.inject(.powerLossBefore, at: .effect(effect))
            let isDone = refusal { try write(style, in: files) } == nil
            #expect(isDone == (effect == measured.effectCount))
            for seed in 0..<64 {
                crashes += 1
                let state = try isOld(style, files.afterCrash(seed: UInt64(seed)))
                if state == nil || (isDone && state == true) { violations += 1 }
            }
        }
        return (violations, crashes)
    }

    @Test(arguments: Style.allCases)
    func powerLossLeavesTheOldOrTheNewAndKeepsWhatWasReported(_ style: Style) throws {
        let result = try violations(style)
        #expect(result.of >= 4 * 64)
        #expect(result.count == 0)
    }

    @Test func eachSyncThatIsLeftOutIsNoticed() throws {
        #expect(try violations(.replace) { $0.ignoreSyncs(for: .hostRecordSync, .sync) }.count > 0)
        #expect(try violations(.replace) { $0.ignoreSyncs(for: .hostRecordSync, .syncDirectory) }.count > 0)
        #expect(try violations(.create) { $0.ignoreSyncs(for: .recordSync, .sync) }.count > 0)
        #expect(try violations(.create) { $0.ignoreSyncs(for: .recordSync, .syncDirectory) }.count > 0)
        #expect(try violations(.symbolicLink) { $0.ignoreSyncs(for: .currentSync) }.count > 0)
    }
}
