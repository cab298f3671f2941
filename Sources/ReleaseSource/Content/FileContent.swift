import RolloutCore
import RolloutSystem
import SystemPackage

/// A file on disk, as it was when it was looked at: if it is another one, or has been written to, reading it fails.
struct FileContent: Content {
    private let path: FilePath
    private let stamp: FileStamp
    private let fileSystem: any FileSystem
    let size: UInt64
    var digest: Digest? { nil }

    /// - Parameter path: resolved already; its last component is not followed when it is a link.
    init(_ path: FilePath, _ fileSystem: any FileSystem) throws(ContentError) {
        self.path = path
        self.fileSystem = fileSystem
        let (file, status) = try Self.open(path, fileSystem)
        fileSystem.close(file)
        self.size = status.size
        self.stamp = FileStamp(status)
    }

    func open() throws(ContentError) -> any ContentReader {
        let (file, status) = try Self.open(path, fileSystem)
        guard FileStamp(status) == stamp else {
            fileSystem.close(file)
            throw ContentError("it was changed after it was looked at")
        }
        return FileReader(file, stamp: stamp, path: path, fileSystem)
    }

    private static func open(_ path: FilePath, _ fileSystem: any FileSystem) throws(ContentError) -> (OpenFile, FileStatus) {
        do throws(FileError) {
            let file = try fileSystem.openForReading(path, for: .userRead)
            do throws(FileError) {
                return (file, try fileSystem.status(file, forceSync: false, for: .userRead))
            } catch {
                fileSystem.close(file)
                throw error
            }
        } catch {
            throw ContentError(reading: path, error)
        }
    }
}

/// What tells one state of a file from another without reading it.
private struct FileStamp: Hashable {
    let size: UInt64
    let inode: UInt64
    let device: UInt64
    let modified: Int64
    let changed: Int64

    init(_ status: FileStatus) {
        size = status.size
        inode = status.inode
        device = status.device
        modified = status.modified
        changed = status.changed
    }
}

private final class FileReader: ContentReader {
    private let file: OpenFile
    private let stamp: FileStamp
    private let path: FilePath
    private let fileSystem: any FileSystem
    var size: UInt64 { stamp.size }

    init(_ file: OpenFile, stamp: FileStamp, path: FilePath, _ fileSystem: any FileSystem) {
        self.file = file
        self.stamp = stamp
        self.path = path
        self.fileSystem = fileSystem
    }

    deinit { fileSystem.close(file) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ContentError) -> Int {
        let got: Int
        let now: FileStamp?
        do throws(FileError) {
            got = try fileSystem.read(file, into: buffer, at: offset, for: .userRead)
            // The last piece: whoever copied up to here must know whether it was one file all the while.
            let isLast = got == 0 || offset + UInt64(got) >= stamp.size
            now = isLast ? FileStamp(try fileSystem.status(file, forceSync: false, for: .userRead)) : nil
        } catch {
            throw ContentError(reading: path, error)
        }
        if let now, now != stamp { throw ContentError("it was changed while it was being read") }
        return got
    }
}

extension ContentError {
    init(reading path: FilePath, _ error: FileError) {
        switch error.code {
        case .notFound: self.init("'\(path)' does not exist")
        case .notRegular: self.init("'\(path)' is not a regular file")
        case .permissionDenied: self.init("'\(path)' may not be read by this user")
        default: self.init("'\(path)' could not be read (\(error.operation), error \(error.errno))")
        }
    }
}
