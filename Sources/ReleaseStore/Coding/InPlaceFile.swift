import RolloutCore
import RolloutSystem
import SystemPackage

/// A small record that is rewritten in place, so that whoever opens its file always sees the newest: replacing a file by
/// rename leaves NFS readers with the old one for up to a minute.
///
/// Fixed length, at offset 0, inside one page, never truncated, with a checksum, because a reader can see half of two versions:
///
///     wasmrollout <kind> 1 <bytes of the payload> <SHA-256 of the payload, hexadecimal>\n<payload>
///
/// and spaces up to the last byte, which is a line feed.
package struct InPlaceFile: Hashable, Sendable {
    package enum Reading: Hashable, Sendable {
        case absent
        /// Torn, damaged, too short, or not a regular file.
        case unreadable
        case payload([UInt8])
    }

    package let path: FilePath
    /// One lower-case word, so that a beacon is never taken for a status.
    package let kind: String
    /// Bytes of the whole file; at most one page.
    package let size: Int
    let reading: FilePurpose
    let writing: FilePurpose

    /// How often a record that does not check is read again at once: the writer is between two pages, for microseconds.
    private static let attempts = 4

    // MARK: Bytes

    /// The whole file; `nil` when the payload does not fit.
    static func frame(_ payload: [UInt8], kind: String, size: Int) -> [UInt8]? {
        var bytes = Array("wasmrollout \(kind) 1 \(payload.count) \(Digest(of: payload).hex)\n".utf8)
        guard bytes.count + payload.count + 1 <= size else { return nil }
        bytes += payload
        bytes += repeatElement(0x20, count: size - bytes.count - 1)
        bytes.append(0x0A)
        return bytes
    }

    /// The payload; `nil` when anything about the bytes is wrong.
    static func unframe(_ bytes: [UInt8], kind: String, size: Int) -> [UInt8]? {
        guard bytes.count == size, let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let fields = bytes[..<end].split(separator: 0x20, omittingEmptySubsequences: false)
        guard fields.count == 5, let count = Int(String(decoding: fields[3], as: UTF8.self)), count >= 0,
            count <= bytes.count - end - 2
        else { return nil }
        let payload = Array(bytes[(end + 1)..<(end + 1 + count)])
        // One spelling only: what would be written for this payload.
        return frame(payload, kind: kind, size: size) == bytes ? payload : nil
    }

    // MARK: Files

    package func read(in fileSystem: any FileSystem) throws(FileError) -> Reading {
        do throws(FileError) {
            return try fileSystem.withOpenFile(path, for: reading) { file throws(FileError) in
                try read(file, in: fileSystem)
            }
        } catch  where error.code == .notFound {
            return .absent
        } catch  where error.code == .notRegular {
            return .unreadable
        }
    }

    /// From a descriptor that is held.
    func read(_ file: OpenFile, in fileSystem: any FileSystem) throws(FileError) -> Reading {
        for _ in 0..<Self.attempts {
            let bytes = try fileSystem.readStart(file, count: size, for: reading)
            if let payload = Self.unframe(bytes, kind: kind, size: size) { return .payload(payload) }
        }
        return .unreadable
    }

    /// Rewrites the file, creating it when it is absent. What has its name and is no regular file was put there by somebody else, and
    /// nothing rests on it: a link or special file is replaced, a directory is an error. The payload must fit.
    func write(_ payload: [UInt8], in fileSystem: any FileSystem) throws(FileError) {
        guard let bytes = Self.frame(payload, kind: kind, size: size) else {
            throw FileError(code: .tooMany, operation: .write, path: path, purpose: writing)
        }
        var isNew = try fileSystem.status(path, for: writing) == nil
        let file: OpenFile
        do throws(FileError) {
            file = try fileSystem.openForUpdating(path, mode: 0o664, for: writing)
        } catch  where error.code == .notRegular {
            try removeForeign(error, in: fileSystem)
            file = try fileSystem.openForUpdating(path, mode: 0o664, for: writing)
            isNew = true
        }
        defer { fileSystem.close(file) }
        try fileSystem.writeAll(file, bytes, for: writing)
        // On NFS nobody sees it before this.
        try fileSystem.sync(file, for: writing)
        if isNew { try fileSystem.syncDirectory(path.parentDirectory, for: writing) }
    }

    private func removeForeign(_ error: FileError, in fileSystem: any FileSystem) throws(FileError) {
        guard let found = try fileSystem.status(path, for: writing) else { return }
        guard found.kind == .symbolicLink || found.kind == .other else { throw error }
        do throws(FileError) {
            try fileSystem.unlink(path, for: writing)
        } catch  where error.code == .notFound {
            // Another writer was faster.
        }
    }
}

extension FileSystem {
    /// The first `count` bytes, or as many as there are.
    func readStart(_ file: OpenFile, count: Int, for purpose: FilePurpose) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                do throws(FileError) {
                    let got = try read(file, into: rest, at: UInt64(filled), for: purpose)
                    if got == 0 { return }
                    filled += got
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
