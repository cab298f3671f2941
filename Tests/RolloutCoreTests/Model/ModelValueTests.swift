import Foundation
import RolloutCore
import RolloutTesting
import Testing

@Suite struct ModelValueTests {
    // MARK: Digest

    @Test func aDigestIsWrittenInOneWay() throws {
        let text = "sha256:" + String(repeating: "0f", count: 32)
        let digest = try #require(Digest(text))
        #expect(digest.description == text)
        #expect(digest == Digest(bytes: Array(repeating: 0x0f, count: 32)))
        #expect(digest.short == "0f0f0f0f0f0f")
    }

    @Test(arguments: [
        "", "sha256:", String(repeating: "0", count: 64), "sha256:" + String(repeating: "0", count: 63),
        "sha256:" + String(repeating: "0", count: 65), "sha256:" + String(repeating: "A", count: 64),
        "sha256:" + String(repeating: "g", count: 64), "SHA256:" + String(repeating: "0", count: 64),
        "sha512:" + String(repeating: "0", count: 64), "sha256:" + String(repeating: "0", count: 63) + "０",
        "sha256:" + String(repeating: "0", count: 62) + "é", " sha256:" + String(repeating: "0", count: 64),
    ])
    func nothingElseIsADigest(text: String) {
        #expect(Digest(text) == nil)
    }

    // MARK: Instant

    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:34:56.789Z", 951_827_696_789),
            ("2026-11-21T03:04:05.678Z", 1_795_230_245_678), ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("1900-03-01T00:00:00.000Z", -2_203_891_200_000),
            ("2100-02-28T23:59:59.999Z", 4_107_542_399_999),
        ] as [(String, Int64)])
    func knownDatesAreReadAndWritten(text: String, milliseconds: Int64) {
        #expect(Instant(text) == Instant(milliseconds: milliseconds))
        #expect(Instant(milliseconds: milliseconds).description == text)
    }

    @Test func everyInstantReadsBackAndAgreesWithTheCalendar() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let instant = Instant(milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
            #expect(Instant(instant.description) == instant)
            // Foundation's calendar is Julian before 1582.
            guard instant.milliseconds > -12_000_000_000_000 else { continue }
            let date = Date(timeIntervalSince1970: (Double(instant.milliseconds) / 1000).rounded(.down))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let expected = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
            let found = instant.description.dropLast(5).split { "-T:".contains($0) }.map { Int($0) }
            #expect(found == expected)
        }
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T03:04:05Z", "2026-11-21T03:04:05.678", "2026-11-21 03:04:05.678Z",
        "2026-11-21t03:04:05.678z",
        "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-02-31T00:00:00.000Z", "2026-02-29T00:00:00.000Z",
        "1900-02-29T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z",
        "2026-01-00T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "+026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.-01Z",
    ])
    func nothingElseIsATime(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func timeSaturatesInsteadOfOverflowing() {
        let last = Instant(milliseconds: .max)
        let first = Instant(milliseconds: .min)
        #expect(last + .seconds(1) == last)
        #expect(first + .seconds(-1) == first)
        #expect((last - first).milliseconds == .max)
        #expect((first - last).milliseconds == .min)
        #expect((Duration.milliseconds(Int64.max) + .milliseconds(500)).milliseconds == .max)
        #expect((Duration.milliseconds(Int64.min) - .milliseconds(500)).milliseconds == .min)
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(last.description == "9999-12-31T23:59:59.999Z")
    }

    // MARK: Names

    @Test(arguments: ["a", "0", "shop", "shop-2.eu_west", String(repeating: "a", count: 63)])
    func safeNamesAreTaken(text: String) {
        #expect(AppName(text)?.description == text)
    }

    @Test(arguments: [
        "", ".", "..", "-a", "_a", ".a", "A", "a/b", "a b", "a\n", "a\0", "é", "a\u{301}", "../a",
        String(repeating: "a", count: 64),
    ])
    func unsafeNamesAreNot(text: String) {
        #expect(AppName(text) == nil && ChannelName(text) == nil && HostID(text) == nil)
    }

    @Test(arguments: [
        "", "0000", "00000000-0000-0000-0000-00000000000A", "00000000-0000-0000-0000-0000000000000",
        "00000000000000000000000000000000",
    ])
    func onlyALowerCaseUUIDIsAVolume(text: String) {
        #expect(VolumeID(text) == nil)
    }

    // MARK: Paths

    @Test(arguments: ["a", "a/b", "spin.toml", "a/.hidden", "...", "a/...b", "ü/é", "a b", String(repeating: "a", count: 255)])
    func pathsInsideAReleaseAreTaken(text: String) throws {
        let path = try #require(RelativePath(text))
        #expect(path.description == text)
        #expect(path.components.joined(separator: "/") == text)
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..", "../a", "a/../b", "a\\b", "a\0b", "a\nb", "a\u{7f}",
        // A combining accent makes one Swift character of itself and the slash before it; the kernel sees a slash.
        "../\u{301}a", "a/../\u{301}b", "a/./\u{301}", "/\u{301}a", "a//\u{301}b",
        String(repeating: "a", count: 256), Array(repeating: "a", count: 33).joined(separator: "/"),
        Array(repeating: String(repeating: "a", count: 200), count: 6).joined(separator: "/"),
    ])
    func pathsThatLeaveOrExceedItAreNot(text: String) {
        #expect(RelativePath(text) == nil)
    }

    @Test func pathsAreComparedByTheirBytes() throws {
        let composed = try #require(RelativePath("\u{e9}"))
        let decomposed = try #require(RelativePath("e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
        #expect(try #require(RelativePath("a/\u{301}b")).components.count == 2)
    }
}
