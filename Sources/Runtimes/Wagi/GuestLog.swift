import SystemPackage

/// What an engine and its guest write to standard error for one request, on its way to the component's log file.
///
/// The file is opened anew for each request, as Spin does, so that it can be moved away at any time.
struct GuestLog {
    private let file: LogFile
    /// Bytes kept of one request: a guest that writes for as long as it may must not fill the disk.
    private let share: Int
    private var descriptor: FileDescriptor?
    private var written = 0
    private var dropped = 0
    private var tail: [UInt8] = []

    init(_ file: LogFile, share: Int) {
        self.file = file
        self.share = share
    }

    /// What cannot be written is lost: a request is answered all the same.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        tail += bytes
        if tail.count > 2 * Self.tailLimit { tail.removeFirst(tail.count - Self.tailLimit) }
        let kept = bytes.prefix(share - written)
        dropped += bytes.count - kept.count
        guard !kept.isEmpty else { return }
        written += kept.count
        if descriptor == nil { descriptor = file.open() }
        _ = try? descriptor?.writeAll(kept)
    }

    /// Says what is missing.
    mutating func close() {
        if dropped > 0 { _ = try? descriptor?.writeAll("\n… \(dropped) more bytes of this request were not kept\n".utf8) }
        try? descriptor?.close()
        descriptor = nil
    }

    /// The last of it, as one line; `nil` when that is nothing.
    var lastWords: String? {
        let lines = String(decoding: tail.suffix(Self.tailLimit), as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { line in String(line.map { Self.isPrintable($0) ? $0 : " " }.drop { $0 == " " }) }.filter { !$0.isEmpty }
        let text = Self.telling(lines).joined(separator: " | ")
        return text.isEmpty ? nil : String(text.prefix(Self.wordLimit))
    }

    private static let tailLimit = 16_384
    private static let wordLimit = 300

    /// Some engines name the cause before the calls that led to it, others behind them; there may be thousands of these.
    private static func telling(_ lines: [String]) -> [String] {
        guard lines.count > 6 else { return lines }
        let causes = lines.indices.filter { index in
            let line = lines[index].lowercased()
            return ["trap", "error", "panic"].contains { line.contains($0) }
        }
        return Set(causes.prefix(3)).union(lines.indices.suffix(3)).sorted().map { lines[$0] }
    }

    /// Guests write what they like, and this goes to people's terminals.
    private static func isPrintable(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159).contains($0.value) }
    }
}
