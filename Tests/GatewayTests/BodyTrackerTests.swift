import RolloutTesting
import Testing

@testable import Gateway

@Suite struct BodyTrackerTests {
    /// Feeds pieces of the given size; returns how many bytes were taken, and the tracker.
    static func feed(_ text: String, _ framing: BodyFraming, step: Int = .max) -> (Int, BodyTracker) {
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        var tracker = BodyTracker(framing)
        var taken = 0
        while taken < bytes.count, !tracker.isComplete, tracker.fault == nil {
            let end = min(bytes.count, step == .max ? bytes.count : taken + step)
            let count = bytes[taken..<end].withUnsafeBytes { tracker.consume($0) }
            taken += count
        }
        return (taken, tracker)
    }

    static let bodies = [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n", "00005\r\nhello\r\n0;x\r\n\r\n",
        "A\r\n0123456789\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\nY: \u{e9}\r\n\r\n", "5;a=\"b c\"\r\nhello\r\n0\r\n\r\n",
    ]

    @Test(arguments: bodies)
    func followsChunksToTheirEndHoweverTheyCome(body: String) {
        for step in [1, 2, 3, 7, .max] {
            let (taken, tracker) = Self.feed(body + "NEXT", .chunked, step: step)
            #expect(tracker.isComplete && tracker.fault == nil)
            #expect(taken == body.unicodeScalars.count)
        }
    }

    static let attacks: [(String, HTTPFault)] = [
        ("\r\n", .chunkSize), ("g\r\n", .chunkSize), ("-1\r\n", .chunkSize), ("+5\r\n", .chunkSize), ("0x5\r\n", .chunkSize),
        (" 5\r\n", .chunkSize), ("5 \r\nhello\r\n", .chunkSize), ("5\t;a\r\n", .chunkSize), ("5\nhello\r\n", .chunkSize),
        ("5\rhello\r\n", .bareCarriageReturn), ("5;a\nb\r\n", .chunkSize), ("5;a\rb\r\n", .bareCarriageReturn),
        ("5;\0\r\n", .chunkSize), ("ffffffffffffffffff\r\n", .chunkSize), ("5\r\nhello0\r\n", .chunkEnd),
        ("5\r\nhello\n0\r\n", .chunkEnd), ("5\r\nhello\rx", .chunkEnd), ("5\r\nhelloworld\r\n", .chunkEnd),
        ("0\r\nContent-Length: 5\r\n\r\n", .trailer), ("0\r\nTransfer-Encoding: chunked\r\n\r\n", .trailer),
        ("0\r\nHost: a\r\n\r\n", .trailer), ("0\r\nX : 1\r\n\r\n", .fieldName), ("0\r\n folded\r\n\r\n", .fieldName),
        ("0\r\nX: 1\nY: 2\r\n\r\n", .fieldValue), ("0\r\nX: 1\rY\r\n", .bareCarriageReturn), ("0\r\n\n", .fieldName),
        ("0\r\nX: \0\r\n\r\n", .fieldValue), ("0\r\nX\r\n\r\n", .fieldName),
    ]

    @Test(arguments: attacks)
    func refusesChunksThatTwoServersCouldReadDifferently(body: String, fault: HTTPFault) {
        for step in [1, 3, .max] { #expect(Self.feed(body, .chunked, step: step).1.fault == fault) }
    }

    @Test func boundsWhatItFollows() {
        #expect(Self.feed("5;" + String(repeating: "a", count: 5000), .chunked).1.fault == .chunkLine)
        #expect(Self.feed("0\r\n" + String(repeating: "X: 1\r\n", count: 5000), .chunked, step: 5).1.fault == .chunkLine)
    }

    @Test func countsALength() {
        #expect(Self.feed("helloNEXT", .length(5)).0 == 5)
        #expect(Self.feed("helloNEXT", .length(5), step: 1).0 == 5)
        #expect(!Self.feed("hel", .length(5)).1.isComplete)
        #expect(Self.feed("NEXT", .none).0 == 0)
        #expect(Self.feed("all", .untilClose).1.endsWithConnection)
    }

    @Test func findsTheDataAmongTheChunks() {
        let bytes = Array("5;a\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n".utf8)
        var tracker = BodyTracker(.chunked)
        var data: [UInt8] = []
        var position = 0
        while let piece = bytes[position...].withUnsafeBytes({ tracker.next(in: $0) }) {
            if piece.isData { data += bytes[position..<position + piece.count] }
            position += piece.count
        }
        #expect(String(decoding: data, as: UTF8.self) == "hello world")
        #expect(tracker.isComplete && position == bytes.count)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func neverTakesMoreForBeingFedOtherwise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("0123456789abcdef;=\r\n \tX:\0".unicodeScalars)
        var body = Self.bodies[Int(random.next() % UInt64(Self.bodies.count))]
        for _ in 0..<Int(random.next() % 4) {
            var scalars = Array(body.unicodeScalars)
            let place = Int(random.next() % UInt64(scalars.count))
            scalars[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
            body = String(String.UnicodeScalarView(scalars))
        }
        let (whole, tracker) = Self.feed(body, .chunked)
        for step in [1, 2, 5] {
            let (taken, other) = Self.feed(body, .chunked, step: step)
            #expect(taken == whole && other.isComplete == tracker.isComplete && other.fault == tracker.fault)
        }
    }
}
