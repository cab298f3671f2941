import Testing

@testable import ReleaseSource

@Suite struct GlobPatternTests {
    private func matches(_ pattern: String, _ path: String, crossing: Bool = false) -> Bool? {
        GlobPattern(pattern, crossesDirectories: crossing)?.matches(path)
    }

    @Test func staysInOneDirectoryUnlessItIsAnExclusion() {
        #expect(matches("a/*.txt", "a/x.txt") == true)
        #expect(matches("a/*.txt", "a/b/x.txt") == false)
        #expect(matches("*.map", "a/b/x.map", crossing: true) == true)
        #expect(matches("*", ".hidden") == true)
    }

    @Test func matchesAnyDirectoriesWithTwoStars() {
        for path in ["x", "a/x", "a/b/x"] { #expect(matches("**/x", path) == true) }
        #expect(matches("a/**/*", "a/b/c.txt") == true)
        #expect(matches("a/**/*", "a/c.txt") == true)
        #expect(matches("a/**/*", "b/c.txt") == false)
        #expect(matches("**/x", "a/bx") == false)
        #expect(matches("a/**", "a/b/c") == true)
    }

    @Test func matchesSetsAndSingleCharacters() {
        #expect(matches("[a-c]?.js", "bz.js") == true)
        #expect(matches("[!a-c]?.js", "bz.js") == false)
        #expect(matches("[]]x", "]x") == true)
        #expect(matches("?", "/") == false)
    }

    @Test func refusesMalformedPatterns() {
        for pattern in ["[abc", "a**", "**b", "a/**b"] { #expect(matches(pattern, "x") == nil) }
    }

    @Test func takesNoLongerForNestedStars() {
        // A backtracking matcher would not finish: 30 stars over 5000 characters.
        let pattern = String(repeating: "*a", count: 30) + "b"
        #expect(matches(pattern, String(repeating: "a", count: 5000)) == false)
    }
}
