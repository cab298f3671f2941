import RolloutCore
import RolloutSystem
import SystemPackage

/// An unnamed temporary file that decompressed content is put in, because a compressed stream cannot be read at an
/// offset. It has no name once it is open, so nothing is left behind however the process ends.
final class Spool: Content {
    private let file: OpenFile
    private let fileSystem: any FileSystem
    let size: UInt64
    let digest: Digest?

    private init(_ file: OpenFile, size: UInt64, digest: Digest?, _ fileSystem: any FileSystem) {
        self.file = file
        self.size = size
        self.digest = digest
        self.fileSystem = fileSystem
    }

    deinit { fileSystem.close(file) }

    func open() throws(ContentError) -> any ContentReader { SpoolReader(self) }

    /// Fills a new spool; `fill` is given what to call with each piece.
    static func make(
        in directory: FilePath, _ fileSystem: any FileSystem,
        fill: ((UnsafeRawBufferPointer) throws(ContentError) -> Void) throws(ContentError) -> Void
    ) throws(ContentError) -> Spool {
        let name = "wasmrollout-spool.\(UInt64.random(in: .min ... .max))"
        let path = directory.appending(name)
        let file: OpenFile
        do throws(FileError) {
            file = try fileSystem.createFile(path, mode: 0o600, for: .userWrite)
        } catch {
            throw ContentError("a temporary file in '\(directory)' could not be made (error \(error.errno))")
        }
        do throws(ContentError) {
            try unlink(path, fileSystem)
            var size: UInt64 = 0
            try fill { (piece) throws(ContentError) in
                try write(piece, to: file, at: size, in: directory, fileSystem)
                size += UInt64(piece.count)
            }
            return Spool(file, size: size, digest: nil, fileSystem)
        } catch {
            fileSystem.close(file)
            throw error
        }
    }

    private static func unlink(_ path: FilePath, _ fileSystem: any FileSystem) throws(ContentError) {
        do throws(FileError) {
            try fileSystem.unlink(path, for: .userWrite)
        } catch {
            throw ContentError("the temporary file '\(path)' could not be removed (error \(error.errno))")
        }
    }

    private static func write(
        _ piece: UnsafeRawBufferPointer, to file: OpenFile, at offset: UInt64, in directory: FilePath,
        _ fileSystem: any FileSystem
    ) throws(ContentError) {
        var written = 0
        while written < piece.count {
            let rest = UnsafeRawBufferPointer(rebasing: piece[written...])
            do throws(FileError) {
                written += try fileSystem.write(file, from: rest, at: offset + UInt64(written), for: .userWrite)
            } catch {
                throw ContentError(
                    "'\(directory)' could not hold its decompressed content (error \(error.errno)); TMPDIR names another place")
            }
        }
    }

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ContentError) -> Int {
        do throws(FileError) {
            return try fileSystem.read(file, into: buffer, at: offset, for: .userRead)
        } catch {
            throw ContentError("its decompressed content could not be read back (error \(error.errno))")
        }
    }
}

private final class SpoolReader: ContentReader {
    private let spool: Spool

    init(_ spool: Spool) { self.spool = spool }

    var size: UInt64 { spool.size }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ContentError) -> Int {
        try spool.read(into: buffer, at: offset)
    }
}
