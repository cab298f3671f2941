import RolloutCore
import Testing

@testable import RolloutCommands

@Suite struct OutputTests {
    @Test func columnsAreAsWideAsTheirWidestCell() {
        var table = TextTable("host", "kind")
        table.add("web-1", "instance")
        table.add("a", nil)
        #expect(table.text == "HOST   KIND\nweb-1  instance\na      -")
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (26_004_685, "24.8 MiB")])
    func bytesAreRounded(_ count: UInt64, _ text: String) { #expect(count.byteText == text) }

    @Test(arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 d")])
    func agesAreRough(_ seconds: Int64, _ text: String) {
        let now = Instant(milliseconds: 1_700_000_000_000)
        #expect(Instant(milliseconds: now.milliseconds - seconds * 1000).age(at: now) == text)
    }

    @Test func onlyTreacherousCharactersAreSpelledOut() {
        #expect("Grüße, 世界 🙂".printable == "Grüße, 世界 🙂")
        #expect("a\nb\u{1B}[2J".printable == "a\\u{a}b\\u{1b}[2J")
    }

    @Test func digitsOfADigestMustBeFour() throws {
        let release = ReleaseName(release: Digest(bytes: [UInt8](repeating: 0xab, count: 32)), version: "1.0")
        #expect(try #require(ReleaseReference(argument: "abab")).matches(release))
        #expect(try #require(ReleaseReference(argument: "1.0")).matches(release))
        #expect(try !#require(ReleaseReference(argument: "aba")).matches(release))
    }
}
