import RolloutSystem
import Testing

@Suite struct LineSplitterTests {
    @Test func linesAreTheSameHoweverTheBytesAreCut() {
        let text = Array("one\r\ntwo\n\nfour".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                lines += splitter.lines(adding: text[start..<min(start + size, text.count)])
            }
            lines += [splitter.finish()].compactMap(\.self)
            #expect(lines == ["one", "two", "", "four"])
        }
    }

    @Test func lineWithoutEndIsCutAtTheLimit() {
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.lines(adding: Array("aaaabbbbcc".utf8)) == ["aaaa", "bbbb"])
        #expect(splitter.finish() == "cc")
        #expect(splitter.finish() == nil)
    }

    @Test func bytesThatAreNotTextDoNotStopIt() {
        var splitter = LineSplitter()
        #expect(splitter.lines(adding: [0xFF, 0x41, 0x0A]) == ["\u{FFFD}A"])
    }
}
