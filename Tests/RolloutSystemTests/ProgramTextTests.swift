import Glibc
import RolloutSystem
import Testing

@Suite struct ProgramTextTests {
    /// Pages of files that are mapped and resident, from /proc/self/statm.
    private func sharedPages() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "re"))
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        _ = try #require(fgets(&buffer, Int32(buffer.count), file))
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return try #require(text.split(separator: " ").dropFirst(2).first.flatMap { Int($0) })
    }

    @Test func codeThatIsNotUsedGivesItsMemoryBackAndStillRuns() throws {
        let (before, resident) = (try sharedPages(), try #require(ProgramText.residentBytes))
        #expect(resident >= before * Int(getpagesize()))
        ProgramText.releaseUnused()
        #expect(try sharedPages() < before)
        #expect(try #require(ProgramText.residentBytes) < resident)
    }
}
