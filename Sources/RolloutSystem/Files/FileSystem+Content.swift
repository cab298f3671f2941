import SystemPackage

extension FileSystem {
    /// Opens an existing regular file for the time of `body`.
    package func withOpenFile<Result>(
        _ path: FilePath, for purpose: FilePurpose, _ body: (OpenFile) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let file = try openForReading(path, for: purpose)
        defer { close(file) }
        return try body(file)
    }

    /// The whole file; `.tooMany` when it holds more than `limit` bytes, of which no more than one is then read.
    package func readAll(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [UInt8] {
        try withOpenFile(path, for: purpose) { file throws(FileError) in try readAll(file, limit: limit, for: purpose) }
    }

    /// The whole file; `.tooMany` when it holds more than `limit` bytes. What is read counts, not what the status says.
    package func readAll(_ file: OpenFile, limit: Int, for purpose: FilePurpose) throws(FileError) -> [UInt8] {
        let announced = try status(file, forceSync: false, for: purpose).size
        // One more than announced, so that the usual file takes one read and one that finds its end. Never less than a page:
        // files in /proc announce nothing, and some of them end after the first read, however short.
        let expected = max(Int(clamping: announced), 4095)
        var bytes = [UInt8](repeating: 0, count: min(expected, limit, .max - 1) + 1)
        var filled = 0
        while true {
            let count = try read(file, into: &bytes, from: filled, for: purpose)
            filled += count
            guard filled <= limit else {
                throw FileError(code: .tooMany, operation: .read, path: file.path, purpose: purpose)
            }
            if count == 0 {
                bytes.removeLast(bytes.count - filled)
                return bytes
            }
            if filled == bytes.count {
                bytes.append(contentsOf: repeatElement(0, count: min(max(filled, 4096), limit - filled + 1)))
            }
        }
    }

    private func read(
        _ file: OpenFile, into bytes: inout [UInt8], from start: Int, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        // The standard library's `withUnsafe…` do not pass a typed error on; `Result` carries it.
        let result: Result<Int, FileError> = bytes.withUnsafeMutableBytes { buffer in
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
            return Result { () throws(FileError) in try read(file, into: rest, at: UInt64(start), for: purpose) }
        }
        return try result.get()
    }

    /// Writes all of `bytes`, in as many calls as it takes. On an error some of them may have been written.
    package func writeAll(
        _ file: OpenFile, _ bytes: [UInt8], at offset: UInt64 = 0, for purpose: FilePurpose
    ) throws(FileError) {
        let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try writeAll(file, from: buffer, at: offset, for: purpose) }
        }
        try result.get()
    }

    /// Writes all of `buffer`, in as many calls as it takes. On an error some of it may have been written.
    package func writeAll(
        _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) {
        var written = 0
        while written < buffer.count {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
            let count = try write(file, from: rest, at: offset + UInt64(written), for: purpose)
            guard count > 0 else {
                // Would otherwise be repeated for ever; no file system should do it.
                throw FileError(code: .other, operation: .write, path: file.path, purpose: purpose)
            }
            written += count
        }
    }
}
