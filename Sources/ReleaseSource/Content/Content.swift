import RolloutCore

/// Content to publish that can be opened and read again, any number of times.
package protocol Content: Sendable {
    /// In bytes.
    var size: UInt64 { get }
    /// The SHA-256, where it is known from a check made already. What is published must then have it.
    var digest: Digest? { get }
    func open() throws(ContentError) -> any ContentReader
}

/// Content in memory: a manifest, a small inline file.
package struct InlineContent: Content {
    let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var size: UInt64 { UInt64(bytes.count) }
    package var digest: Digest? { ContentDigest.of(bytes) }
    package func open() throws(ContentError) -> any ContentReader { MemoryContent(bytes) }
}

/// Content whose digest was taken when it was inspected: publishing other bytes under these facts is then noticed.
struct DigestedContent: Content {
    let base: any Content
    let digest: Digest?

    init(_ base: any Content, digest: Digest) {
        self.base = base
        self.digest = digest
    }

    var size: UInt64 { base.size }
    func open() throws(ContentError) -> any ContentReader { try base.open() }
}

/// A part of other content, such as one file in an archive.
struct ContentSlice: Content {
    let base: any Content
    let offset: UInt64
    let size: UInt64
    var digest: Digest?

    /// `nil` when the part does not lie wholly inside.
    init?(_ base: any Content, offset: UInt64, size: UInt64, digest: Digest? = nil) {
        guard offset <= base.size, size <= base.size - offset else { return nil }
        self.base = base
        self.offset = offset
        self.size = size
        self.digest = digest
    }

    func open() throws(ContentError) -> any ContentReader { SliceReader(try base.open(), offset: offset, size: size) }
}

private final class SliceReader: ContentReader {
    private let base: any ContentReader
    private let offset: UInt64
    let size: UInt64

    init(_ base: any ContentReader, offset: UInt64, size: UInt64) {
        self.base = base
        self.offset = offset
        self.size = size
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at position: UInt64) throws(ContentError) -> Int {
        guard position < size else { return 0 }
        let count = Int(min(UInt64(buffer.count), size - position))
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<count])
        let got = try base.read(into: part, at: offset + position)
        guard got > 0 else { throw ContentError("it ends before byte \(offset + size)") }
        return got
    }
}
