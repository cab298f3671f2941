/// Follows a body without keeping it: says how many of the bytes at hand belong to it, which of them are data, and where it
/// ends. Chunk lines and trailers are checked as strictly as a head.
struct BodyTracker {
    /// A run of bytes of the body.
    struct Piece: Hashable {
        var count: Int
        /// Content; else a chunk line, a chunk's line end or a trailer.
        var isData: Bool
    }

    private enum State: UInt8 {
        case complete, length, untilClose
        case sizeFirst, size, extension_, sizeFeed, data, dataReturn, dataFeed
        case trailerFirst, trailerName, trailerValue, trailerFeed, lastFeed
    }

    /// Bytes of one chunk line (size and extensions), at most.
    static let chunkLineBytes = 4096
    /// Bytes of all trailers, at most.
    static let trailerBytes = 16 << 10

    private var state = State.complete
    private var remaining: UInt64 = 0
    private var lineBytes = 0
    private var trailerName: [UInt8] = []
    private(set) var fault: HTTPFault?

    init(_ framing: BodyFraming = .none) {
        switch framing {
        case .none: state = .complete
        case .length(let length):
            state = length == 0 ? .complete : .length
            remaining = length
        case .chunked: state = .sizeFirst
        case .untilClose: state = .untilClose
        }
    }

    var isComplete: Bool { state == .complete }
    /// Only the end of the connection ends it.
    var endsWithConnection: Bool { state == .untilClose }

    /// Takes what belongs to the body, and returns how many bytes that were. Stops at the body's end, or at a `fault`.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch state {
        case .complete: return 0
        case .untilClose: return bytes.count
        default: break
        }
        var taken = 0
        while taken < bytes.count, let piece = next(in: UnsafeRawBufferPointer(rebasing: bytes[taken...])) {
            taken += piece.count
        }
        return taken
    }

    /// Takes the next run of bytes; `nil` at the body's end, at a `fault`, or without bytes.
    mutating func next(in bytes: UnsafeRawBufferPointer) -> Piece? {
        guard !bytes.isEmpty, fault == nil else { return nil }
        switch state {
        case .complete: return nil
        case .untilClose: return Piece(count: bytes.count, isData: true)
        case .length, .data:
            let count = Int(min(remaining, UInt64(bytes.count)))
            remaining -= UInt64(count)
            if remaining == 0 { state = state == .length ? .complete : .dataReturn }
            return Piece(count: count, isData: true)
        default:
            var count = 0
            while count < bytes.count, state != .data, state != .complete {
                if let fault = step(bytes[count]) {
                    self.fault = fault
                    break
                }
                count += 1
            }
            return count > 0 ? Piece(count: count, isData: false) : nil
        }
    }

    private mutating func step(_ byte: UInt8) -> HTTPFault? {
        switch state {
        case .sizeFirst, .size, .extension_, .sizeFeed: stepSize(byte)
        case .dataReturn: move(to: .dataFeed, if: byte == 0x0d, else: .chunkEnd)
        case .dataFeed: move(to: .sizeFirst, if: byte == 0x0a, else: .chunkEnd)
        case .trailerFirst, .trailerName, .trailerValue, .trailerFeed, .lastFeed: stepTrailer(byte)
        case .complete, .length, .untilClose, .data: preconditionFailure("no line is read in a body's data")
        }
    }

    private mutating func move(to next: State, if isRight: Bool, else fault: HTTPFault) -> HTTPFault? {
        guard isRight else { return fault }
        state = next
        return nil
    }

    private mutating func stepSize(_ byte: UInt8) -> HTTPFault? {
        lineBytes = state == .sizeFirst ? 1 : lineBytes + 1
        guard lineBytes <= Self.chunkLineBytes else { return .chunkLine }
        switch (state, byte) {
        case (.sizeFirst, _):
            guard let digit = Characters.hexadecimal(byte) else { return .chunkSize }
            remaining = digit
            state = .size
        case (.size, 0x0d), (.extension_, 0x0d):
            state = .sizeFeed
        case (.size, 0x3b):
            state = .extension_
        case (.size, _):
            guard let digit = Characters.hexadecimal(byte), remaining < 1 << 56 else { return .chunkSize }
            remaining = remaining << 4 | digit
        case (.extension_, _):
            guard !Characters.isControl(byte) else { return .chunkSize }
        default:
            guard byte == 0x0a else { return .bareCarriageReturn }
            lineBytes = 0
            state = remaining == 0 ? .trailerFirst : .data
        }
        return nil
    }

    private mutating func stepTrailer(_ byte: UInt8) -> HTTPFault? {
        lineBytes += 1
        guard lineBytes <= Self.trailerBytes else { return .chunkLine }
        switch (state, byte) {
        case (.trailerFirst, 0x0d):
            state = .lastFeed
        case (.trailerFirst, _):
            guard Characters.isToken(byte) else { return .fieldName }
            trailerName = [byte]
            state = .trailerName
        case (.trailerName, 0x3a):
            state = .trailerValue
            return trailerName.withUnsafeBytes { Self.isForbiddenTrailer($0) } ? .trailer : nil
        case (.trailerName, _):
            guard Characters.isToken(byte) else { return .fieldName }
            trailerName.append(byte)
        case (.trailerValue, 0x0d):
            state = .trailerFeed
        case (.trailerValue, _):
            guard !Characters.isControl(byte) else { return .fieldValue }
        case (.trailerFeed, _):
            return move(to: .trailerFirst, if: byte == 0x0a, else: .bareCarriageReturn)
        default:
            return move(to: .complete, if: byte == 0x0a, else: .bareCarriageReturn)
        }
        return nil
    }

    /// RFC 9110, section 6.5.1: nothing that frames or routes a message.
    private static func isForbiddenTrailer(_ name: UnsafeRawBufferPointer) -> Bool {
        switch HeaderField.kind(of: name) {
        case .contentLength, .transferEncoding, .host, .connection, .upgrade, .expect, .identity: true
        case .hop, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded: true
        case .other: name.equals("trailer")
        }
    }
}
