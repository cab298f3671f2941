import Glibc
import SystemPackage

/// A component's log file, opened anew for each request as Spin does, so that it can be moved away at any time.
enum GuestLog {
    /// Open for appending; begun anew when larger than `limit` bytes, with the older one kept beside it. `nil` when it
    /// cannot be opened: a request is answered all the same.
    static func open(_ path: FilePath, limit: Int64) -> FileDescriptor? {
        guard let file = append(path) else { return nil }
        guard let size = try? file.seek(offset: 0, from: .end), size > limit else { return file }
        try? file.close()
        _ = path.withPlatformString { old in FilePath(path.string + ".old").withPlatformString { rename(old, $0) } }
        return append(path)
    }

    /// What was written since the file was `begin` bytes long, as one line; `nil` when that is nothing. Requests that ran at the same
    /// time may have written there too.
    static func lastWords(_ path: FilePath, from begin: Int64) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow]) else { return nil }
        defer { try? file.close() }
        guard let end = try? file.seek(offset: 0, from: .end), end > begin else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let start = max(begin, end - Int64(bytes.count))
        let count = bytes.withUnsafeMutableBytes { try? file.read(fromAbsoluteOffset: start, into: $0) }
        let lines = String(decoding: bytes[..<(count ?? 0)], as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { line in String(line.map { isPrintable($0) ? $0 : " " }.drop { $0 == " " }) }.filter { !$0.isEmpty }
        let text = telling(lines).joined(separator: " | ")
        return text.isEmpty ? nil : String(text.prefix(wordLimit))
    }

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

    private static func append(_ path: FilePath) -> FileDescriptor? {
        try? FileDescriptor.open(
            path, .writeOnly, options: [.create, .append, .closeOnExec, .noFollow], permissions: [.ownerReadWrite, .groupRead])
    }
}
